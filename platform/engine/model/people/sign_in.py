"""How people come in, out of `customary.yaml`: who needs a second factor, and the providers of single sign-on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from customary.engine.model.duration import seconds
from customary.engine.problem import Place, Problems, did_you_mean
from customary.engine.text import node as text
from customary.engine.words import Words

LOOPBACK = ("localhost", "127.0.0.1", "::1")
ADMIN = "admin"
"""The role that is there even where nobody declares it."""


@dataclass(frozen=True, kw_only=True)
class Provider:
    """An identity provider of OpenID Connect, by which people sign in instead of with a password."""

    name: str
    label: Words
    issuer: str
    client_id: str
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    groups: str = "groups"
    """The claim that lists the groups of a person."""
    roles: Mapping[str, str] = field(default_factory=dict)
    """A role of ours by the name of a group of theirs; nothing when roles are given here."""
    domains: tuple[str, ...] | None = None
    """Of the addresses that it speaks for; None for all, as long as there is no other provider."""
    creates: bool = False
    """Whether who comes for the first time gets an account."""


@dataclass(frozen=True, kw_only=True)
class Lasts:
    """How long a session lasts, whatever it was when it began."""

    unused: timedelta = timedelta(days=30)
    """Counted from its last use."""
    longest: timedelta = timedelta(days=90)
    """Counted from the sign-in: after that one signs in again, however much it was used."""
    by_provider: timedelta | None = None
    """The same for one that a provider opened; as others where it is not said."""


LONGEST = Lasts()
"""What is never exceeded."""
SHORTEST = timedelta(minutes=15)
"""That a session is in use is noted every few minutes."""


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """How people come in."""

    second_factor: frozenset[str] = frozenset()
    """Roles whose holders need one."""
    providers: Mapping[str, Provider] = field(default_factory=dict)
    sessions: Lasts = LONGEST

    def speaks_for(self, provider: Provider, email: str) -> bool:
        """Whether a provider may say whose account an address is: none does of another's people."""
        if provider.domains is None:
            return len(self.providers) <= 1
        return email.rpartition("@")[2].lower() in provider.domains


def compile_sign_in(body: text.Node | None, roles: Mapping[str, Any], problems: Problems) -> SignIn:
    """What `sign_in:` of the settings says; a role that is not declared is a problem."""
    if not isinstance(body, text.Mapping):
        return SignIn()
    known = {*roles, ADMIN}
    demanding = [_role(each, known, problems) for each in _items(body.get("second_factor"))]
    named = body.get("providers")
    providers = named.entries if isinstance(named, text.Mapping) else {}
    for name, each in providers.items() if len(providers) > 1 else ():
        if "domains" not in each:
            remedy = "Add domains: [example.com]. Of several providers none may speak for another's people."
            problems.add(each.place, f"“{name}” does not say for whose addresses it speaks", remedy)
    made = {name: _provider(name, each, known, problems) for name, each in providers.items()}
    return SignIn(
        second_factor=frozenset(filter(None, demanding)),
        providers=MappingProxyType(made),
        sessions=_lasts(body.get("sessions"), problems),
    )


def _lasts(body: text.Node | None, problems: Problems) -> Lasts:
    """How long sessions last; a time that is too short or too long is a problem."""
    said = body.entries if isinstance(body, text.Mapping) else {}
    found = {name: timedelta(seconds=seconds(str(text.plain(each))) or 0) for name, each in said.items()}
    for name, lasts in found.items():
        most = LONGEST.unused if name == "unused" else LONGEST.longest
        if not SHORTEST <= lasts <= most:
            problems.add(said[name].place, f"a session lasts from 15min to {most.days}d", "Write 12h, for example.")
    return Lasts(**found)


def _provider(name: str, body: text.Mapping, known: set[str], problems: Problems) -> Provider:
    said = text.plain(body)
    issuer = urlsplit(said["issuer"])
    if issuer.scheme != "https" and issuer.hostname not in LOOPBACK:
        place = body.get("issuer").place
        problems.add(place, "a provider is reached by https alone", "Everybody on the way could sign in as anybody.")
    given = {key: said[key] for key in ("groups", "creates") if key in said}
    if "domains" in said:
        given["domains"] = tuple(str(each).lower() for each in said["domains"])
    if "scopes" in said:
        given["scopes"] = tuple(dict.fromkeys(("openid", *said["scopes"])))
    label = said.get("label", name)
    groups = body.get("roles")
    roles = {key: _role(each, known, problems) for key, each in groups.entries.items()} if groups is not None else {}
    return Provider(
        name=name,
        label=Words(label if isinstance(label, Mapping) else {"en": str(label)}),
        issuer=said["issuer"].rstrip("/"),
        client_id=said["client_id"],
        roles=MappingProxyType({group: role for group, role in roles.items() if role}),
        **given,
    )


def _role(node: text.Node, known: set[str], problems: Problems) -> str:
    name = str(text.plain(node))
    if name in known:
        return name
    place: Place = node.place
    problems.add(place, f"“{name}” is not a role", did_you_mean(name, known))
    return ""


def _items(node: text.Node | None) -> list[text.Node]:
    return list(node.items) if isinstance(node, text.Sequence) else []
