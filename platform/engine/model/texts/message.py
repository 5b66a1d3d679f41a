"""Messages: subject and body by language, with holes over a record."""

from __future__ import annotations

from collections.abc import Mapping

from customary.engine.fields.consent import Consent
from customary.engine.model.build import Build, Sketch, frozen, label, plain
from customary.engine.model.model import Message
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text
from customary.engine.text.source import Document

CHANNELS = {"email": "email", "sms": "phone"}
"""The ways by which messages go, with the kind of field in which a record has what each needs."""


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
        purpose=_purpose(build, body, about),
    )


def _purpose(build: Build, body: text.Mapping, about: Sketch | None) -> tuple[str, ...]:
    """The way to a consent that holds for the message's channel."""
    node, said = body.get("purpose"), str(plain(body, "purpose", ""))
    if node is None:
        return ()
    if about is None:
        build.add(node.place, "nobody is there to ask", "Say about which entity's records it is: about: contact.")
        return ()
    *steps, name = said.split(".")
    here: Sketch | None = about
    for step in steps:
        link = here.fields.get(step) if here is not None else None
        here = build.sketches.get(link.to) if link is not None and link.points == "one" else None
    field = here.fields.get(name) if here is not None else None
    if not isinstance(field, Consent):
        known = [each.name for each in (here or about).fields.values() if isinstance(each, Consent)]
        build.add(node.place, f"“{said}” is no consent", did_you_mean(name, known) or "Give it type: consent.")
        return ()
    channel = plain(body, "channel", "email")
    if field.channels and channel not in field.channels:
        build.add(node.place, f"“{said}” does not hold for {channel}", f"It holds for {', '.join(field.channels)}.")
    return (*steps, name)
