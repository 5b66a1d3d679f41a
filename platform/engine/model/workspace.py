"""What `customary.yaml` says of a workspace, compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from customary.engine.model.nothing import NOTHING
from customary.engine.model.people.sign_in import SignIn
from customary.engine.words import Words


@dataclass(frozen=True, kw_only=True)
class Group:
    """A heading of the navigation and the entities under it."""

    name: str
    label: Words
    entities: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What `customary.yaml` says about the workspace as a whole."""

    name: str
    languages: tuple[str, ...] = ("en", "zh", "el")
    currency: str = "EUR"
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    first_weekday: str = "mon"
    mail: Mapping[str, Any] = NOTHING
    sms: Mapping[str, Any] = NOTHING
    """The gateway of text messages: `url`, `headers`, `encoding` (json, form), and `body` with its values compiled."""
    mailboxes: Mapping[str, Mapping[str, Any]] = NOTHING
    """The servers that mail is read from, by the name of their mailbox."""
    allowed_addresses: tuple[str, ...] = ()
    """Hosts and networks that may be called although they do not lie in the open internet."""
    calls_only_to: tuple[str, ...] | None = None
    """The hosts of the open internet that rules may call; all of them where it is None."""
    accent: str | None = None
    files: str = "files"
    """Where the contents of files lie: a folder of the workspace, or an address that fsspec knows."""
    map: str = "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=15/{latitude}/{longitude}"
    """The address of a map, with `{latitude}` and `{longitude}` in it; "" for none."""
    calendar: str | None = None
    """The calendar that counts where none is named."""
    purge_after: timedelta = timedelta(days=90)
    """For how long what was retired is kept at least."""
    sign_in: SignIn = field(default_factory=SignIn)
    web_address: str = ""
    """Where people reach the workspace, for links in mails; "" when nobody said."""
    calls_per_minute: int = 12_000
    """How often one person may call, pages and API together."""
    forget_audit_after: timedelta | None = None
    """When lines of the audit log are removed, if ever."""
