"""How other systems sign their calls: where the signature stands, in which form, and over what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from customary.engine.model.build import Build
    from customary.engine.model.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Scheme:
    """HMAC-SHA256 over a text made of the `{body}` and, where it is signed too, the `{time}` in seconds since 1970.

    The time stands in a header of its own, or, where the scheme is `listed`, beside the signature: `t=…,v1=…`.
    """

    header: str
    prefix: str = ""
    """What stands before the signature in its header, such as “sha256=”."""
    encoding: str = "hex"
    time: str = ""
    listed: bool = False
    over: str = "{body}"

    @property
    def timed(self) -> bool:
        """Whether the signature says when it was made, so that an old call can be told."""
        return self.listed or bool(self.time)


OURS = Scheme("Customary-Signature", listed=True, over="{time}.{body}")
SENDERS: Mapping[str, Scheme] = {
    "github": Scheme("X-Hub-Signature-256", prefix="sha256="),
    "shopify": Scheme("X-Shopify-Hmac-Sha256", encoding="base64"),
    "slack": Scheme("X-Slack-Signature", prefix="v0=", time="X-Slack-Request-Timestamp", over="v0:{time}:{body}"),
    "stripe": replace(OURS, header="Stripe-Signature"),
}
"""Those whose ways are known by name."""


def scheme_of(said: Any) -> Scheme:
    """The scheme that a definition writes: nothing for our own, a name, or where everything stands."""
    if said is None:
        return OURS
    if isinstance(said, str):
        return SENDERS[said]
    timed = said.get("time") or said.get("listed")
    return Scheme(**{"over": "{time}.{body}" if timed else "{body}", **said})


def check_schemes(build: Build, workflows: Mapping[str, Workflow]) -> None:
    """Adds a problem for every hook that workflows say is signed in different ways."""
    known: dict[str, Scheme] = {}
    for workflow in workflows.values():
        for trigger in (each for each in workflow.triggers if each["kind"] == "webhook"):
            if known.setdefault(trigger["name"], trigger["signed"]) != trigger["signed"]:
                place = build.definitions.of("workflow")[workflow.name].body.place_of("when")
                build.add(place, f"calls of {trigger['name']} are signed otherwise elsewhere", "Say the same: signed.")
