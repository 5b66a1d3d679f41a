"""Messages: subject and body by language, with holes over a record."""

from __future__ import annotations

from collections.abc import Mapping

from customary.engine.model.build import Build, frozen, label, plain
from customary.engine.model.model import Message
from customary.engine.text.source import Document


def compile_messages(build: Build) -> Mapping[str, Message]:
    """The messages by name."""
    return frozen({name: _message(build, each) for name, each in build.definitions.of("message").items()})


def _message(build: Build, document: Document) -> Message:
    body = document.body
    about = build.entity_named(body.get("about")) if "about" in body else None
    names = build.names(about.name if about else "", old=False)
    return Message(
        name=document.name,
        label=label(body, document.name),
        about=about.name if about else None,
        channel=plain(body, "channel", "email"),
        subject=build.templates(body.get("subject"), names),
        body=build.templates(body.get("body"), names),
        unsubscribe=plain(body, "unsubscribe"),
    )
