"""The ways out that a workspace has, by the kind of message that each delivers."""

from __future__ import annotations

from collections.abc import Mapping

from customary.engine.messages.mail import Mail
from customary.engine.messages.outbox import is_served
from customary.engine.messages.sender import Channel
from customary.engine.model.model import Settings


def channels(settings: Settings) -> Mapping[str, Channel]:
    """The channels that the settings set up; what has none stays in the outbox."""
    return {kind: made for kind, made in {"mail": Mail(settings.mail)}.items() if is_served(settings, kind)}
