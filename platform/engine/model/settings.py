"""The settings of a workspace, out of `customary.yaml`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from customary.engine.definitions import Definitions
from customary.engine.expressions import ExpressionError
from customary.engine.expressions.types import TEXT
from customary.engine.expressions.value import value
from customary.engine.locale import currencies
from customary.engine.model.build import frozen, plain
from customary.engine.model.duration import seconds
from customary.engine.model.names import ModelNames, World
from customary.engine.model.people.sign_in import compile_sign_in
from customary.engine.model.workspace import Settings
from customary.engine.problem import Problems
from customary.engine.text.node import Mapping, Node, Sequence
from customary.engine.text.node import plain as plain_of


def compile_settings(definitions: Definitions, problems: Problems) -> Settings:
    """The settings; what is left out has the value that `Settings` gives it."""
    document = definitions.of("workspace").get("")
    if document is None:
        return Settings(name="Customary")
    body = document.body
    known = {"name": plain(body, "name", "Customary"), "mail": frozen(plain(body, "mail", {}))}
    known["mailboxes"] = frozen(plain(body, "mailboxes", {}))
    for key in ("first_weekday", "accent", "calendar", "map", "files", "web_address", "calls_per_minute"):
        if key in body:
            known[key] = plain(body, key)
    if languages := plain(body, "languages"):
        known["languages"] = tuple(map(str, languages))
    if isinstance(gateway := body.get("sms"), Mapping):
        known["sms"] = _sms(gateway, problems)
    if places := plain(body, "allowed_addresses"):
        known["allowed_addresses"] = tuple(map(str, places))
    if "calls_only_to" in body:
        known["calls_only_to"] = tuple(map(str, plain(body, "calls_only_to", ())))
    if currency := plain(body, "currency"):
        known["currency"] = _currency(body, currency, problems)
    if zone := plain(body, "time_zone"):
        known["time_zone"] = _zone(body, zone, problems)
    if (kept := seconds(str(plain(body, "purge_after", "")))) is not None:
        known["purge_after"] = timedelta(seconds=kept)
    known["sign_in"] = compile_sign_in(body.get("sign_in"), definitions.of("role"), problems)
    if (kept := seconds(str(plain(body, "forget_audit_after", "")))) is not None:
        known["forget_audit_after"] = timedelta(seconds=kept)
    return Settings(**known)


def _sms(gateway: Mapping, problems: Problems) -> Any:
    """The gateway, in whose body `to`, `text` and `id` may be named."""
    names = ModelNames(World(), "", {"to": TEXT, "text": TEXT, "id": TEXT})
    found = {"headers": {}, "encoding": "json", **plain_of(gateway)}
    return frozen({**found, "body": _filled(gateway.get("body"), names, problems)})


def _filled(node: Node | None, names: ModelNames, problems: Problems) -> Any:
    if isinstance(node, Mapping):
        return frozen({name: _filled(each, names, problems) for name, each in node.items()})
    if isinstance(node, Sequence):
        return tuple(_filled(each, names, problems) for each in node.items)
    if node is None:
        return frozen({})
    try:
        return value(plain_of(node), names)
    except ExpressionError as error:
        problems.add(node.text_place(error.offset), error.summary, error.remedy)
        return None


def _currency(body: Mapping, currency: str, problems: Problems) -> str:
    if currency in currencies():
        return currency
    place = body.get("currency").place
    problems.add(place, f"“{currency}” is not a currency", "Write its three letters, such as EUR.")
    return "EUR"


def _zone(body: Mapping, zone: str, problems: Problems) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.add(body.get("time_zone").place, f"“{zone}” is not a time zone", "For example Europe/Athens.")
        return ZoneInfo("UTC")
