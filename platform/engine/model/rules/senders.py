"""From which addresses mail may go out: that of the settings, those of mailboxes, and those that `senders:` lists."""

from __future__ import annotations

import re
from email.utils import parseaddr

from customary.engine.model.workspace import Settings

_SENDER = re.compile(r'(?:[^<>@"]*<(?P<named>[^<>@\s"]+@[^<>@\s"]+)>|(?P<bare>[^<>@\s"]+@[^<>@\s"]+))')
"""One address, alone or after a name that can be taken for none."""


def may_send(settings: Settings, sender: str) -> bool:
    """Whether mail may come from an address, alone or with a name before it: “Sales <sales@example.com>”."""
    found = _SENDER.fullmatch(sender.strip())
    address = (found["named"] or found["bare"]).casefold() if found else ""
    own = [settings.mail.get("from") or "", *(each.get("address") or "" for each in settings.mailboxes.values())]
    known = {parseaddr(str(each))[1].casefold() for each in own} - {""}
    listed = {str(each).casefold() for each in settings.mail.get("senders") or ()}
    return address in known | listed or f"@{address.rpartition('@')[2]}" in listed
