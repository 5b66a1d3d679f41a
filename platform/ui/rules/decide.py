"""To decide: what rules and colleagues want a person to approve or to fill in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from customary.engine import automation, records
from customary.engine.automation import Asked
from customary.engine.fields.field import Field
from customary.engine.locale import Locale
from customary.engine.model.entity import Entity
from customary.engine.records.deciding.decisions import Decision
from customary.engine.records.reader.options import options
from customary.engine.records.refusal import FieldProblem, Forbidden, Missing, Refused
from customary.engine.records.work import Work
from customary.engine.words import Reason, Words
from customary.ui.desk import AtDesk, Desk
from customary.ui.form import inputs
from customary.ui.form.controls import Control
from customary.ui.form.page import typed_in
from customary.ui.form.typed import Typed, entry_of_value

SIZE = 40
HERE = "decide"
COLLEAGUES = 50
ANSWERS = {"approve": True, "refuse": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something to decide as it is shown: with the record it is about, and who wants it, where they are known."""

    decision: Decision
    text: Words
    entity: Entity | None
    title: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to decide, with what is to be filled in. `reasons` say what is wrong and belongs to no control."""

    waiting: Waiting
    controls: tuple[Control, ...]
    note: str = ""
    reasons: tuple[tuple[Words, Reason], ...] = ()
    colleagues: tuple[str, ...] = ()
    seen: str = ""
    """The digest of what is approved, as it is shown."""


@get("/decide")
async def decide(desk: AtDesk, request: Request) -> Response:
    before = _id(request.query_params.get("before", ""))
    waiting, following = await desk.read(_waiting, before)
    return desk.page("page_decide.html", here=HERE, waiting=waiting, next=following)


@get("/decide/count")
async def count(desk: AtDesk) -> Response:
    """The number beside the rail's entry; it comes after the page, and takes no half-filled page from strangers."""
    if desk.actor is None:
        return desk.nothing()
    return desk.part("part_decide_count.html", count=await desk.read(automation.decide_count))


@get("/decide/{id:uuid}")
async def question(desk: AtDesk, id: FromPath[UUID]) -> Response:
    """What is asked, with controls for what is to be filled in; it may be gone by the time of the click."""
    try:
        found = await desk.read(_question, id, None, desk.locale, ())
    except Missing:
        return _gone(desk)
    return desk.page("page_decision.html", here=HERE, question=found)


@post("/decide/{id:uuid}", status_code=200)
async def answer(desk: AtDesk, request: Request, id: FromPath[UUID]) -> Response:
    """Approves or refuses, with a note and what was filled in."""
    form = await typed_in(desk, request)
    if form.one("answer") not in ANSWERS:
        raise Missing(HERE, id)
    try:
        await desk.write(_answer, id, form, desk.locale)
    except Missing:
        return _gone(desk)
    except Forbidden as forbidden:
        return await _again(desk, id, form, [FieldProblem(None, forbidden.reason)])
    except Refused as refused:
        return await _again(desk, id, form, refused.problems)
    return desk.redirect("/decide", desk.say("Your answer was taken"))


@post("/decide/{id:uuid}/other", status_code=200)
async def other(desk: AtDesk, request: Request, id: FromPath[UUID]) -> Response:
    """Lets a colleague decide."""
    form = await typed_in(desk, request)
    try:
        await desk.write(_give_to, id, form.one("colleague"))
    except Missing:
        return _gone(desk)
    except Refused as refused:
        return await _again(desk, id, form, refused.problems)
    return desk.redirect("/decide", desk.say("It is for {name} to decide now", name=form.one("colleague")))


def _gone(desk: Desk) -> Response:
    return desk.redirect("/decide", desk.say("There is nothing to decide any more: it was answered, or has ended."))


async def _again(desk: Desk, id: UUID, form: Typed, problems: Iterable[FieldProblem]) -> Response:
    try:
        found = await desk.read(_question, id, form, desk.locale, tuple(problems))
    except Missing:
        return _gone(desk)
    return desk.page("page_decision.html", status=422, here=HERE, question=found)


def _waiting(work: Work, before: UUID | None) -> tuple[list[Waiting], UUID | None]:
    found = automation.to_decide(work, before, SIZE + 1)
    return _shown(work, found[:SIZE]), found[SIZE - 1].id if len(found) > SIZE else None


def _shown(work: Work, found: list[Decision]) -> list[Waiting]:
    """With titles only of records that this person may read."""
    users = work.model.playing("user")
    about = [(each.entity, each.record) for each in found if each.entity in work.model.entities and each.record]
    people = [(users.name, each.asked_by) for each in found if users and each.asked_by]
    titles = records.titles(work, [*about, *people])
    return [
        Waiting(
            decision=each,
            text=Words(each.text),
            entity=work.model.entities.get(each.entity or ""),
            title=titles.get((each.entity, each.record), ""),
            who=titles.get((users.name, each.asked_by), "") if users and each.asked_by else "",
        )
        for each in found
    ]


def _question(work: Work, id: UUID, form: Typed | None, locale: Locale, problems: tuple[FieldProblem, ...]) -> Question:
    asked = automation.find_asked(work, id)
    fields = _fields(work, asked)
    entries = inputs.typed_into(work, fields, form, locale) if form else _begun(work, asked, fields, locale)
    return Question(
        waiting=_shown(work, [asked.decision])[0],
        controls=inputs.controls_for(work, fields, entries, problems, required=bool(asked.fields)),
        note=form.one("_note") if form else "",
        reasons=tuple((each.label, each.reason) for each in problems if each.field not in fields),
        colleagues=_colleagues(work),
        seen=asked.seen,
    )


def _fields(work: Work, asked: Asked) -> Mapping[str, Field]:
    """What is to be filled in: inputs, or fields of the record that this person may see."""
    if not asked.fields or asked.decision.entity is None:
        return asked.inputs or {}
    entity = work.model.entities[asked.decision.entity]
    hidden = work.access.hidden(entity.name)
    return {name: entity.fields[name] for name in asked.fields if name in entity.fields and name not in hidden}


def _begun(work: Work, asked: Asked, fields: Mapping[str, Field], locale: Locale) -> inputs.Entries:
    """What the controls begin with: the record as it is, or defaults."""
    found = asked.decision
    if not asked.fields or found.entity is None or found.record is None:
        return inputs.untouched(fields, asked.moment.scope(), locale) if asked.moment else {}
    values = records.get(work, found.entity, found.record).values
    return {name: entry_of_value(each, values.get(name), locale) for name, each in fields.items()}


def _answer(work: Work, id: UUID, form: Typed, locale: Locale) -> None:
    approved = ANSWERS[form.one("answer")]
    fields = _fields(work, automation.find_asked(work, id))
    values = inputs.meant(fields, inputs.typed_into(work, fields, form, locale)) if approved else {}
    automation.answer(work, id, approved, values, form.one("_note").strip(), form.one("_seen"))


def _colleagues(work: Work) -> tuple[str, ...]:
    users = work.model.playing("user")
    if users is None or not work.access.may(users.name, "read"):
        return ()
    return tuple(hit.title for hit in options(work, users.name, "", limit=COLLEAGUES))


def _give_to(work: Work, id: UUID, name: str) -> None:
    users = work.model.playing("user")
    hits = options(work, users.name, name.strip(), limit=5) if users and name.strip() else []
    chosen = [hit for hit in hits if hit.title.casefold() == name.strip().casefold()] or hits
    if len(chosen) != 1:
        reason = Reason("knows no “{title}”" if not chosen else "could be several: {titles}", _named(name, chosen))
        raise Refused([FieldProblem("colleague", reason, users.label if users else Words({}))])
    automation.hand_over(work, id, chosen[0].id)


def _named(name: str, hits: list[records.Hit]) -> dict[str, str]:
    return {"title": name.strip(), "titles": ", ".join(hit.title for hit in hits)}


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


handlers = [decide, count, question, answer, other]
