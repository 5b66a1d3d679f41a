"""What some kinds of step refer to: messages, roles, people. A kind that refers to nothing needs nothing here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from customary.engine.expressions import Expression
from customary.engine.expressions.types import JSON, NULL, TEXT, Choice, ListOf, Record, Type
from customary.engine.model.build import Build
from customary.engine.model.message import Document, Message
from customary.engine.model.role import Role
from customary.engine.model.rules.payload import OUTCOME, compiled
from customary.engine.model.rules.senders import may_send
from customary.engine.model.rules.survey import check_address
from customary.engine.model.texts.enclosed import check_document, check_enclosed
from customary.engine.model.texts.message import CHANNELS
from customary.engine.problem import Place, did_you_mean
from customary.engine.text import node as text


@dataclass(frozen=True)
class Around:
    """What a step may refer to: the entity of its workflow, the messages, the documents, the roles."""

    entity: str
    messages: Mapping[str, Message]
    documents: Mapping[str, Document]
    roles: Mapping[str, Role]


def check_step(build: Build, step: dict[str, Any], node: text.Node, around: Around) -> None:
    """Fills in what a step leaves out, and adds problems for what it refers to wrongly."""
    if isinstance(node, text.Mapping) and step["kind"] in _CHECKS:
        _CHECKS[step["kind"]](build, step, node, around)


def _assign(build: Build, step: dict[str, Any], node: text.Mapping, around: Around) -> None:
    step.setdefault("field", "owner")
    if "least" in step and {"by", "weight"} & step.keys():
        build.add(node.place_of("least"), "“least” says alone who it is", "Leave out “by” and “weight”.")
    elif "weight" in step and step.get("by") == "round_robin":
        build.add(node.place_of("weight"), "turns are not weighed", "Write by: least_busy.")
    step.setdefault("by", "least" if "least" in step else "least_busy" if "weight" in step else "round_robin")
    fields = build.sketches[around.entity].fields
    field = fields.get(step["field"])
    place = node.get("field").place if "field" in node else node.place
    if field is None:
        known = [each.name for each in fields.values() if each.kind == "user" and each.entered]
        summary = f"“{step['field']}” is not a field of {around.entity}"
        build.add(place, summary, did_you_mean(str(step["field"]), known))
    elif field.kind != "user" or not field.entered:
        build.add(place, f"“{step['field']}” is not a field for a user", "Only a user can be assigned.")
    among = step.get("among")
    if isinstance(among, str):
        _check_among(build, among, node.get("among"), around.roles)


def _check_among(build: Build, among: str, node: text.Node, roles: Mapping[str, Role]) -> None:
    kind, _, name = among.partition(" ")
    if kind not in ("team", "role") or not name.strip():
        build.add(node.place, f"“{among}” is neither a team nor a role", "Write team inside_sales, or role fitter.")
    elif kind == "role" and name.strip() not in roles:
        build.add(node.place, f"“{name.strip()}” is not a role", did_you_mean(name.strip(), roles))


def _send_email(build: Build, step: dict[str, Any], node: text.Mapping, around: Around) -> None:
    for each in step["to"] if isinstance(step.get("to"), tuple) else (step.get("to"),):
        _check_receiver(build, each, node.get("to").place, "email")
    sender = step.get("from")
    if isinstance(sender, Expression) and not _is(sender.type, (TEXT,), None):
        build.add(node.get("from").place, f"mail cannot come from a {sender.type}", "Give an address: =owner.email.")
    if isinstance(sender, str) and not may_send(build.settings, sender):
        build.add(node.get("from").place, f"no mail may come from “{sender}”", "List it under mail: senders.")
    check_enclosed(build, node.get("attach"), around.entity, around.documents)
    _check_message(build, node.get("message"), around, "email")


def _ask_survey(build: Build, step: dict[str, Any], node: text.Mapping, around: Around) -> None:
    _send_email(build, step, node, around)
    name, surveys = step["survey"], build.definitions.of("survey")
    if name not in surveys:
        build.add(node.get("survey").place, f"“{name}” is not a survey", did_you_mean(str(name), surveys))
        return
    about = text.plain(surveys[name].body.get("about"))
    if about != around.entity:
        summary = f"survey {name} is about {about}, this workflow about {around.entity or 'no record'}"
        build.add(node.get("survey").place, summary, "Ask with another survey, or in a workflow about that.")
    check_address(build, node.place)


def _check_message(build: Build, node: text.Node | None, around: Around, channel: str | None = None) -> Message | None:
    """The message that is named, if it fits."""
    if node is None:
        return None
    name = str(text.plain(node))
    message = around.messages.get(name)
    if message is None:
        build.add(node.place, f"“{name}” is not a message", did_you_mean(name, around.messages))
    elif message.about is not None and message.about != around.entity:
        summary = f"message {name} is about {message.about}, this workflow about {around.entity}"
        build.add(node.place, summary, "Send another message, or leave out what it is about.")
    elif channel and message.channel != channel:
        remedy = f"Give it the channel {channel}, write send:, or send another."
        build.add(node.place, f"message {name} is for {message.channel}", remedy)
    return message


def _check_receiver(build: Build, to: Any, place: Place, channel: str) -> None:
    """That something can be sent there: an address, or a record with a field for one."""
    if not isinstance(to, Expression):
        return
    kind, wanted = to.type, CHANNELS[channel]
    one = kind.item if isinstance(kind, ListOf) else kind
    entity = build.sketches.get(one.entity) if isinstance(one, Record) else None
    if entity is not None and not any(each.kind == wanted for each in entity.fields.values()):
        build.add(place, f"{entity.name} has no field of the kind {wanted}", "Give it one, or write to another record.")
    elif not _is(kind, (TEXT,), None):
        summary, remedy = _NO_RECEIVER[channel]
        build.add(place, summary.format(kind=kind), remedy)


_NO_RECEIVER = {
    "email": ("mail cannot be sent to a {kind}", "Give an address, such as =account.email."),
    "sms": ("a {kind} is no telephone number", "Name one, such as =phone."),
}


def _send_sms(build: Build, step: dict[str, Any], node: text.Mapping, around: Around) -> None:
    if ("message" in step) == ("text" in step):
        build.add(node.place, "this says its text twice, or not at all", "Give it a message, or a text.")
    _check_single(build, step, node, "sms")
    _check_message(build, node.get("message"), around, "sms")


def _send(build: Build, step: dict[str, Any], node: text.Mapping, around: Around) -> None:
    said = node.get("message")
    nodes = said.items if isinstance(said, text.Sequence) else (said,)
    found = [_check_message(build, each, around) for each in nodes]
    for channel in dict.fromkeys(each.channel for each in found if each is not None):
        _check_single(build, step, node, channel)
    step["message"] = tuple(str(text.plain(each)) for each in nodes)


def _check_single(build: Build, step: dict[str, Any], node: text.Mapping, channel: str) -> None:
    """That a step writes to one receiver, who can be reached."""
    place = node.get("to").place
    if isinstance(step["to"], Expression) and isinstance(step["to"].type, ListOf):
        build.add(place, "this goes to one receiver", "Send to each of a list by for_each.")
    else:
        _check_receiver(build, step["to"], place, channel)


def _create_document(build: Build, step: dict[str, Any], node: text.Mapping, around: Around) -> None:
    check_document(build, node.get("document"), around.entity, around.documents)
    fields = build.sketches[around.entity].fields if around.entity else {}
    into = fields.get(step["into"])
    if into is None or into.kind not in ("file", "files"):
        known = [each.name for each in fields.values() if each.kind in ("file", "files")]
        remedy = did_you_mean(str(step["into"]), known) or "Name a field of the kind file or files."
        build.add(node.get("into").place, f"“{step['into']}” is not a field for files", remedy)


def _call_webhook(build: Build, step: dict[str, Any], node: text.Mapping, around: Around) -> None:
    step |= {"method": "post", "headers": {}, "body": None, "sign": None, "timeout_seconds": 10, "returns": None} | step
    url = step.get("url")
    if isinstance(url, Expression) and not _is(url.type, (TEXT,), ""):
        build.add(node.get("url").place, f"a {url.type} is not a web address", "Give a text.")
    if isinstance(url, str) and not url.startswith(("https://", "http://")):
        build.add(
            node.get("url").place, f"“{url}” is not a web address", "Write one, such as https://example.com/hook."
        )
    if step["returns"] is not None:
        step["returns"] = compiled(step["returns"])
        for name in step["returns"].keys() & OUTCOME.keys():
            place = node.get("returns").place_of(name)
            build.add(place, f"“{name}” is always given", "Read it under another name, or leave it out.")


def _notify(build: Build, step: dict[str, Any], node: text.Mapping, around: Around) -> None:
    for each in step["user"] if isinstance(step.get("user"), tuple) else (step.get("user"),):
        if isinstance(each, Expression) and not _is(each.type, (TEXT,), build.user):
            build.add(node.get("user").place, f"a {each.type} cannot be notified", "Name a user, such as =owner.")


def _is(kind: Type, plain: tuple[Type, ...], entity: str | None) -> bool:
    """Whether a value is one of the plain types, or a record of `entity` (of any where None), or a list of such."""
    match kind:
        case Record(entity=found):
            return entity is None or found in ("", entity)
        case ListOf(item=item):
            return _is(item, plain, entity)
    return kind in (*plain, JSON, NULL) or isinstance(kind, Choice)


_CHECKS: dict[str, Callable[[Build, dict[str, Any], text.Mapping, Around], None]] = {
    "assign": _assign,
    "send_email": _send_email,
    "ask_survey": _ask_survey,
    "notify": _notify,
    "call_webhook": _call_webhook,
    "create_document": _create_document,
    "send_sms": _send_sms,
    "send": _send,
}
