"""The settings of a workspace, out of `customary.yaml`."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from customary.engine.definitions import Definitions
from customary.engine.locale import currencies
from customary.engine.model.build import frozen, plain
from customary.engine.model.duration import seconds
from customary.engine.model.model import Settings
from customary.engine.problem import Problems
from customary.engine.text.node import Mapping


def compile_settings(definitions: Definitions, problems: Problems) -> Settings:
    """The settings; what is left out has the value that `Settings` gives it."""
    document = definitions.of("workspace").get("")
    if document is None:
        return Settings(name="Customary")
    body = document.body
    known = {"name": plain(body, "name", "Customary"), "mail": frozen(plain(body, "mail", {}))}
    for key in ("first_weekday", "accent", "calendar", "map", "files"):
        if key in body:
            known[key] = plain(body, key)
    if languages := plain(body, "languages"):
        known["languages"] = tuple(map(str, languages))
    if places := plain(body, "allowed_addresses"):
        known["allowed_addresses"] = tuple(map(str, places))
    if currency := plain(body, "currency"):
        known["currency"] = _currency(body, currency, problems)
    if zone := plain(body, "time_zone"):
        known["time_zone"] = _zone(body, zone, problems)
    if (kept := seconds(str(plain(body, "purge_after", "")))) is not None:
        known["purge_after"] = timedelta(seconds=kept)
    return Settings(**known)


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
