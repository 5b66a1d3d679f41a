"""Messages: subject and body by language, with holes over a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.fields.consent import Consent
from customary.engine.model.build import Build, Sketch, frozen, label, plain
from customary.engine.model.message import Document, Message
from customary.engine.model.names import ModelNames
from customary.engine.model.rules.values import value
from customary.engine.model.texts.enclosed import check_enclosed
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text
from customary.engine.text.source import Document as Written

CHANNELS = {"email": "email", "sms": "phone"}
"""The ways by which messages go, with the kind of field in which a record has what each needs."""


def compile_messages(build: Build, documents: Mapping[str, Document]) -> Mapping[str, Message]:
    """The messages by name."""
    return frozen({name: _message(build, each, documents) for name, each in build.definitions.of("message").items()})


def _message(build: Build, document: Written, documents: Mapping[str, Document]) -> Message:
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
        attachments=_attachments(build, body, about, names, documents),
    )


def _attachments(
    build: Build, body: text.Mapping, about: Sketch | None, names: ModelNames, documents: Mapping[str, Document]
) -> tuple[Any, ...]:
    """What goes with it, as the step `send_email` says it in `attach`."""
    node = body.get("attachments")
    if node is None:
        return ()
    if plain(body, "channel", "email") != "email":
        build.add(node.place, "nothing goes with a text message", "Give it the channel email, or leave this out.")
        return ()
    found = value(build, {}, node, names)
    check_enclosed(build, node, about.name if about else "", documents)
    return found if isinstance(found, tuple) else (found,)


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
