"""Mailboxes: the entity whose records their mails belong to, and the values of those that they make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.expressions.types import Record
from customary.engine.model.build import Build, frozen, label
from customary.engine.model.entities.field import field_value
from customary.engine.model.message import Mailbox
from customary.engine.model.names import ModelNames
from customary.engine.model.rules.payload import Shape, types
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text
from customary.engine.text.source import Document

PAYLOAD: Shape = {
    "subject": ("text", False),
    "text": ("text", False),
    "from": ("text", False),
    "name": ("text", False),
    "to": ("text", False),
    "automatic": ("boolean", False),
    "new": ("boolean", False),
}
"""What a mail tells: `text` without what it quotes, `name` of the sender, whether a program wrote it, and whether it
made the record."""


def compile_mailboxes(build: Build) -> Mapping[str, Mailbox]:
    """The mailboxes by name."""
    found = {name: _mailbox(build, each) for name, each in build.definitions.of("mailbox").items()}
    _check_servers(build, found)
    return frozen({name: each for name, each in found.items() if each is not None})


def _mailbox(build: Build, document: Document) -> Mailbox | None:
    body = document.body
    sketch = build.entity_named(body.get("entity"))
    if sketch is None:
        return None
    new = body.get("new")
    values = _values(build, new, sketch.name) if isinstance(new, text.Mapping) else None
    return Mailbox(name=document.name, label=label(body, document.name), entity=sketch.name, new=values)


def _values(build: Build, node: text.Mapping, entity: str) -> Mapping[str, Any]:
    fields, found, names = build.sketches[entity].fields, {}, _names(build)
    for name, each in node.items():
        field = fields.get(name)
        if field is None:
            build.add(node.place_of(name), f"“{name}” is not a field of {entity}", did_you_mean(name, fields))
        elif not field.entered and name != "stage":
            build.add(node.place_of(name), f"“{name}” cannot be set", "The system keeps it.")
        else:
            found[name] = field_value(build, each, field, names, durations=True)
    return frozen(found)


def _names(build: Build) -> ModelNames:
    names = build.names("", old=False).with_shape("payload", "the mail", types(PAYLOAD))
    person = next((each.name for each in build.sketches.values() if each.plays == "person"), "")
    return names.with_bindings({"sender": Record(entity=person)}) if person else names


def _check_servers(build: Build, known: Mapping[str, Any]) -> None:
    """Every server in the settings is that of a mailbox, and what follows mails has an address to follow them from."""
    workspace = build.definitions.of("workspace").get("")
    sent = workspace.body.get("mail") if workspace is not None else None
    if isinstance(sent, text.Mapping) and text.plain(sent.get("tracking")) and not build.settings.web_address:
        build.add(
            sent.place_of("tracking"), "mails cannot be followed without web_address", "Write it, or leave this out."
        )
    servers = workspace.body.get("mailboxes") if workspace is not None else None
    for name in servers if isinstance(servers, text.Mapping) else ():
        if name not in known:
            build.add(servers.place_of(name), f"“{name}” is not a mailbox", did_you_mean(name, known))
