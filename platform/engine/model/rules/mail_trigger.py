"""Triggers of mail: one that comes in at a mailbox, and what becomes of one that went out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.model.build import Build, frozen
from customary.engine.model.rules.mailbox import PAYLOAD
from customary.engine.model.rules.payload import Shape
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text

REACTION: Shape = {"to": ("text", False), "subject": ("text", False), "what": ("text", False)}
"""What is told of a mail of ours: `what` is the link that was clicked, or why it came back."""


def email(build: Build, kind: str, body: text.Mapping) -> Mapping[str, Any] | None:
    """Of the entity that the mails of a mailbox belong to."""
    node = body.get(kind)
    name = str(text.plain(node))
    mailboxes = build.definitions.of("mailbox")
    if name not in mailboxes:
        build.add(node.place, f"“{name}” is not a mailbox", did_you_mean(name, mailboxes))
        return None
    entity = str(text.plain(mailboxes[name].body.get("entity")))
    found = frozen({"kind": kind, "entity": entity, "mailbox": name, "payload": PAYLOAD})
    return found if entity in build.sketches else None


def message(build: Build, kind: str, body: text.Mapping) -> Mapping[str, Any] | None:
    """Of the entity that a message is about; without a message of none, which only a waiting run understands."""
    node = body.get(kind)
    if not isinstance(node, text.Mapping):
        return frozen({"kind": kind, "entity": "", "reaction": str(text.plain(node)), "of": None, "payload": REACTION})
    ((reaction, named),) = node.items()
    name, messages = str(text.plain(named)), build.definitions.of("message")
    if name not in messages:
        build.add(named.place, f"“{name}” is not a message", did_you_mean(name, messages))
        return None
    entity = str(text.plain(messages[name].body.get("about")) or "")
    if entity not in build.sketches:
        build.add(named.place, f"message {name} is about no entity", "Say what it is about, with about:.")
        return None
    return frozen({"kind": kind, "entity": entity, "reaction": reaction, "of": name, "payload": REACTION})


def meant(build: Build, kind: str, node: text.Node | None) -> str:
    """The entity that a trigger of mail speaks of; "" where nobody can tell."""
    if isinstance(node, text.Mapping):
        node = next(iter(node.entries.values()), None)
    documents = build.definitions.of("mailbox" if kind == "email" else "message")
    document = documents.get(str(text.plain(node)))
    said = document.body.get("entity" if kind == "email" else "about") if document is not None else None
    return str(text.plain(said)) if said is not None and text.plain(said) in build.sketches else ""
