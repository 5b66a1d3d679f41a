"""Mails about records: answering one by hand, and the files that one brought."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream

from customary.engine import files, records
from customary.engine.messages import NoAddress, stops, write
from customary.engine.messages.correspondence import readable, sender, shows_addresses
from customary.engine.messages.incoming import Received
from customary.engine.messages.incoming.received import threading
from customary.engine.records.refusal import Missing
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, texts
from customary.ui.record.attached import send

LONGEST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """The page on which a mail is answered. `problem` is what is wrong with the text; `who` wrote the mail, and `to` is
    where the answer goes, as far as the reader may know."""

    mail: Received
    who: str
    to: str
    entity: str
    title: str
    subject: str
    text: str = ""
    stopped: Reason | None = None
    problem: Reason | None = None


@get("/mails/{id:uuid}")
async def ask(desk: AtDesk, id: FromPath[UUID]) -> Response:
    """A mail, and the form for its answer."""
    return desk.page("page_answer.html", page=await desk.read(_answering, id))


@post("/mails/{id:uuid}", status_code=200)
async def answer(desk: AtDesk, request: Request, id: FromPath[UUID]) -> Response:
    """Sends the answer in the thread, and goes back to the record."""
    form = texts(await request.form())
    subject, text = form.get("subject", "").strip(), form.get("text", "").replace("\r\n", "\n").strip()
    if problem := _problem(text):
        page = await desk.read(_answering, id, subject, text, problem)
        return desk.page("page_answer.html", status=422, page=page)
    entity, record = await desk.write(_answer, id, subject, text, desk.language)
    return desk.redirect(f"/{entity}/{record}", desk.say("The answer is on its way."))


@get("/mails/{id:uuid}/files/{number:int}")
async def read_file(desk: AtDesk, request: Request, id: FromPath[UUID], number: FromPath[int]) -> Response | Stream:
    """A file that a mail brought."""
    return send(request, request.app.state.workspace.files, await desk.read(_file, id, number))


def _answering(work: Work, id: UUID, subject: str = "", text: str = "", problem: Reason | None = None) -> Answering:
    mail, entity = readable(work, id)
    record, who = records.get(work, entity, mail.record), sender(work, mail)
    return Answering(
        mail=mail,
        who=who,
        to=mail.sender if shows_addresses(work) else who,
        entity=entity,
        title=record.title,
        subject=subject or _answered(mail.subject),
        text=text,
        stopped=stops.why_not(work.connection, mail.sender, None),
        problem=problem,
    )


def _problem(text: str) -> Reason | None:
    if not text:
        return Reason("is required")
    return Reason("must be at most {max} characters long", {"max": LONGEST}) if len(text) > LONGEST else None


def _answer(work: Work, id: UUID, subject: str, text: str, language: str) -> tuple[str, UUID]:
    """Writes it into the outbox. Whoever may read the mail may answer it."""
    mail, entity = readable(work, id)
    details = {"markdown": text, "shown": True, **threading(mail, by_hand=True)}
    subject = subject or _answered(mail.subject)
    try:
        write(work, mail.sender, subject, text, language=language, details=details, about=(entity, mail.record))
    except NoAddress as error:
        raise Missing("mail", id) from error
    return entity, mail.record


def _answered(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _file(work: Work, id: UUID, number: int) -> files.Kept:
    mail, _ = readable(work, id)
    if not 0 <= number < len(mail.files):
        raise Missing("file", id)
    wanted = UUID(mail.files[number]["id"])
    found = files.find(work.connection, [wanted]).get(wanted)
    if found is None:
        raise Missing("file", wanted)
    return found


handlers = [ask, answer, read_file]
