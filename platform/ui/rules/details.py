"""What a step of a run carried, as named values that people can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from customary.engine.automation import StepTaken
from customary.engine.fields.field import Field, Refusal
from customary.engine.messages import Letter
from customary.engine.records.work import Work
from customary.engine.words import Reason, Words

UNTOLD = frozenset({"revision", "message_id"})
"""Names in a step's data that tell people nothing."""
LABELS = {
    "to": Reason("Recipient"),
    "message": Reason("Message"),
    "subject": Reason("Subject"),
    "among": Reason("Among"),
    "by": Reason("How"),
    "candidates": Reason("People to choose from"),
    "text": Reason("Text"),
    "user": Reason("Told"),
    "case": Reason("Case"),
    "asked": Reason("Asked"),
    "approved": Reason("Approved"),
    "note": Reason("Note"),
    "reason": Reason("Reason"),
    "workflow": Reason("Rule"),
    "done": Reason("Done"),
    "sent": Reason("Sent"),
    "status": Reason("Status"),
    "method": Reason("Method"),
    "url": Reason("Address"),
    "body": Reason("Answer"),
    "error": Reason("Error"),
    "from": Reason("From"),
    "name": Reason("Name"),
    "automatic": Reason("Automatic answer"),
    "new": Reason("New"),
}
"""What else stands in a step's data, as people say it."""
WAYS = {"round_robin": Reason("in turn"), "least_busy": Reason("who has least to do"), "least": Reason("who has least")}
WHY = {
    "event": Reason("What was waited for has happened."),
    "time": Reason("The time has come."),
    "answer": Reason("Somebody has answered."),
    "nobody": Reason("There was nobody to ask."),
}
"""Why a step goes on, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """A named value of a step's input or result; `link` is the address of what it means."""

    label: str | Words | Reason
    text: str | Words | Reason = ""
    link: str = ""
    status: str = ""
    """What became of a mail."""
    field: Field | None = None
    value: Any = None
    """The value, where it is one of a field that today's definitions know."""


def details(work: Work, data: Any, fields: Mapping[str, Field], titles: Mapping, label: Any = "") -> Iterable[Detail]:
    """The values in plain data, each with its name; ids of records become their titles."""
    if data is None or data == "":
        return
    if isinstance(data, Mapping) and set(data) == {"entity", "id"}:
        yield _linked(work, data, titles, label)
    elif isinstance(data, Mapping):
        for name, value in data.items():
            field = fields.get(name)
            inner = work.model.entities[name].fields if field is None and name in work.model.entities else fields
            if name not in UNTOLD:
                typed = _typed(field, value) or _pointing(work, field, value, titles)
                yield from [typed] if typed else details(work, value, inner, titles, _label(work, name, inner))
    elif isinstance(data, list):
        shown = [detail for each in data for detail in details(work, each, fields, titles, label)]
        is_plain = all(isinstance(each.text, str) for each in shown)
        yield from [Detail(label=label, text=", ".join(str(each.text) for each in shown))] if is_plain else shown
    else:
        yield _plain(work, data, titles, label or LABELS["text"])


def mails_of(result: Any, written: Mapping[UUID, Letter]) -> Iterable[Detail]:
    """The mails that a step wrote, with what became of them."""
    for to, mail in (result or {}).items() if isinstance(result, Mapping) else ():
        letter = written.get(id_in(str(mail.get("message_id"))))
        text = mail.get("subject") or to
        yield from fate_of(letter, LABELS["subject"], text) if letter else [Detail(label=LABELS["subject"], text=text)]


def fate_of(letter: Letter, label: Reason, text: str) -> Iterable[Detail]:
    """What became of something that a step sent outside."""
    yield Detail(label=label, text=text, link=f"/messages/{letter.id}", status=letter.status)
    if letter.attempts > 1:
        yield Detail(label=Reason("Tries"), text=str(letter.attempts))


def mentioned(work: Work, steps: Iterable[StepTaken], about: str, actor: UUID | None) -> set[tuple[str, UUID]]:
    """The records that the data of steps about a record of an entity names, and who caused them."""
    people = work.model.playing("user")
    found: set[tuple[str, UUID]] = {(people.name, actor)} if people and actor else set()

    own = work.model.entities[about].fields if about in work.model.entities else {}

    def walk(data: Any, fields: Mapping[str, Field]) -> None:
        if isinstance(data, Mapping) and set(data) == {"entity", "id"} and data["entity"] in work.model.entities:
            if id := id_in(str(data["id"])):
                found.add((data["entity"], id))
        elif isinstance(data, Mapping):
            for name, each in data.items():
                if target := _target(fields.get(name), each):
                    found.add(target)
                named = name not in fields and name in work.model.entities
                walk(each, work.model.entities[name].fields if named else fields)
        elif isinstance(data, list):
            for each in data:
                walk(each, fields)
        elif isinstance(data, str) and people and (id := id_in(data.removeprefix("user:"))):
            found.add((people.name, id))

    for step in steps:
        walk(step.input, own)
        walk(step.result, own)
    return found


def id_in(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _typed(field: Field | None, data: Any) -> Detail | None:
    """A value of a field that is shown as everywhere else; links are told by their titles instead."""
    if field is None or data is None or field.control in ("link", "links", "user", "any_link", "lines"):
        return None
    try:
        return Detail(label=field.label, field=field, value=field.from_json(data))
    except Refusal:
        return None


def _pointing(work: Work, field: Field | None, data: Any, titles: Mapping) -> Detail | None:
    """A link's value, told by the title of the record that it names."""
    target = _target(field, data)
    return _linked(work, {"entity": target[0], "id": target[1]}, titles, field.label) if target else None


def _target(field: Field | None, data: Any) -> tuple[str, UUID] | None:
    """The record that a link's id in plain data names."""
    if field is None or field.points != "one" or not isinstance(data, str):
        return None
    id = id_in(data)
    return (field.to, id) if id else None


def _label(work: Work, name: str, fields: Mapping[str, Field]) -> str | Words | Reason:
    if name in fields:
        return fields[name].label
    if name in LABELS:
        return LABELS[name]
    return work.model.entities[name].label if name in work.model.entities else name.replace("_", " ")


def _linked(work: Work, data: Mapping[str, Any], titles: Mapping, label: Any) -> Detail:
    entity, id = str(data["entity"]), id_in(str(data["id"]))
    known = work.model.entities.get(entity)
    title = titles.get((entity, id), "•••")
    link = f"/{entity}/{id}" if known and (entity, id) in titles else ""
    return Detail(label=label or (known.label if known else entity), text=title, link=link)


def _plain(work: Work, data: Any, titles: Mapping, label: Any) -> Detail:
    people = work.model.playing("user")
    if isinstance(data, bool):
        return Detail(label=label, text=Reason("Yes") if data else Reason("No"))
    if label in _SPOKEN:
        return Detail(label=label, text=_told(work, str(data), titles))
    id = id_in(str(data)) if isinstance(data, str) else None
    if id and people and (people.name, id) in titles:
        return Detail(label=label, text=titles[people.name, id])
    return Detail(label=label, text="•••" if id else str(data))


_SPOKEN = tuple(LABELS[name] for name in ("by", "among", "message", "asked", "reason", "workflow"))
"""What the writer of a rule calls in a word."""


def _told(work: Work, word: str, titles: Mapping) -> str | Words | Reason:
    """A word of a rule's writer as readers know it: a team, a role, somebody, a message, a rule, a way of choosing."""
    kind, _, name = word.replace(":", " ", 1).partition(" ")
    if kind == "team" and name:
        return Reason("Team {name}", {"name": name.replace("_", " ")})
    if kind == "role" and name:
        return Reason("Role {name}", {"name": work.model.roles[name].label if name in work.model.roles else name})
    people, id = work.model.playing("user"), id_in(word.removeprefix("user:"))
    if id and people:
        return titles.get((people.name, id), "•••")
    for named in (work.model.messages, work.model.workflows):
        if word in named:
            return named[word].label
    return {**WAYS, **WHY}.get(word, word)
