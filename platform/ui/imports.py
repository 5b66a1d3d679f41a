"""The import pages: send a file, see what it was taken for, check every row, and let it in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from customary.engine import exchange
from customary.engine.exchange import Column, Sheet, Unreadable, Upload, WrongMap, uploads
from customary.engine.exchange.imports import BRIEF, ImportRefused, Report, dry_run, import_rows
from customary.engine.model.entity import Entity
from customary.engine.records.refusal import Forbidden
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.desk import AtDesk, Desk
from customary.ui.entity import entity_of

LARGEST = 50_000_000
SHOWN_ROWS = 100
SHOWN_UNKNOWN = 50
FILE, COLUMN, CELL = "file", "column", "cell"


@dataclass(frozen=True)
class Look:
    """A file as its page shows it: its columns, and once it was checked, what became of its rows."""

    upload: Upload
    entity: Entity
    sheet: Sheet
    columns: tuple[Column, ...]
    fields: list[Any] = field(default_factory=list)
    missing: list[Any] = field(default_factory=list)
    """Required fields that no column goes into."""
    report: Report | None = None


@get("/import")
async def start(desk: AtDesk, request: Request) -> Response:
    """Which kind of record, and which file."""
    wanted = request.query_params.get("entity", "")
    return _start(desk, wanted)


@post("/import", status_code=200, request_max_body_size=LARGEST)
async def send(desk: AtDesk, request: Request) -> Response:
    """Takes a file and leads to its page."""
    form = await request.form()
    name, file = str(form.get("entity", "")), form.get(FILE)
    if name not in desk.model.entities:
        return _start(desk, "", desk.say("Choose what the rows of the file are."))
    entity_of(desk, name, "create")
    if not isinstance(file, UploadFile) or not (data := await file.read()):
        return _start(desk, name, desk.say("Choose a file that is not empty."))
    try:
        await desk.read(_readable, data, file.filename or "")
        id = await desk.write(uploads.keep, name, file.filename or "", data)
    except Unreadable as error:
        return _start(desk, name, desk.say("The file {why}.", why=error.reason))
    return desk.redirect(f"/import/{id}")


@get("/import/{id:uuid}")
async def look(desk: AtDesk, id: FromPath[UUID]) -> Response:
    """The guess: which column goes into which field."""
    return _page(desk, await desk.read(_look, id))


@post("/import/{id:uuid}", status_code=200)
async def check(desk: AtDesk, request: Request, id: FromPath[UUID]) -> Response:
    """Takes what was said about the columns, and tries every row without keeping any."""
    form = {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
    try:
        found = await desk.read(_look, id, form)
        _must_have_fields(found.columns)
    except WrongMap as error:
        return _page(desk, await desk.read(_look, id), desk.say_reason(error.reason), 422)
    await desk.write(uploads.remember, id, found.upload.maps)
    report = await desk.try_out(_tried, found, brief=len(found.sheet.rows) <= BRIEF)
    return _page(desk, replace(found, report=report))


@post("/import/{id:uuid}/records", status_code=200)
async def let_in(desk: AtDesk, request: Request, id: FromPath[UUID]) -> Response:
    """Makes the records. Rows that are refused are left out when the form says so."""
    form = await request.form()
    found = await desk.read(_look, id)
    try:
        report = await desk.write(_let_in, found, form.get("skip_bad") == "yes", form.get("quiet") == "yes")
    except ImportRefused as refused:
        return _page(desk, replace(found, report=refused.report), status=422)
    count = report.written
    text = desk.count_say("One record was imported", "{count} records were imported", count)
    return desk.redirect(f"/{found.entity.name}", text)


def _start(desk: Desk, wanted: str, problem: str = "") -> Response:
    language = desk.language
    open_to = [each for name, each in desk.model.entities.items() if _may_import(desk, name)]
    if not open_to:
        raise Forbidden(Reason("Your role does not allow this."))
    open_to.sort(key=lambda each: each.plural.in_language(language).casefold())
    return desk.page(
        "page_import.html", here="import", entities=open_to, wanted=wanted, problem=problem,
        status=422 if problem else 200,
    )  # fmt: skip


def _may_import(desk: Desk, name: str) -> bool:
    return all(desk.access.may(name, act) for act in ("create", "import")) and desk.access.may(name, "read")


def _page(desk: Desk, found: Look, problem: str = "", status: int = 200) -> Response:
    report = found.report
    return desk.page(
        "page_import_file.html", here=found.entity.name, look=found, report=report, problem=problem, status=status,
        refused=report.refused[:SHOWN_ROWS] if report else (),
        unknown=report.unknown[:SHOWN_UNKNOWN] if report else (),
        back=f"/import?entity={quote(found.entity.name)}",
    )  # fmt: skip


def _readable(_work: Work, data: bytes, name: str) -> None:
    exchange.read(data, name)


def _look(work: Work, id: UUID, form: dict[str, str] | None = None) -> Look:
    """A file with what is known of its columns, and what the form says of them now. Raises WrongMap."""
    upload = uploads.find(work, id)
    sheet = exchange.read(upload.data, upload.name)
    if form is not None:
        upload = replace(upload, maps={**upload.maps, **_maps(sheet, form)})
    return _seen(work, upload, sheet, exchange.guess(work, upload.entity, sheet, upload.maps))


def _must_have_fields(columns: tuple[Column, ...]) -> None:
    if not any(column.field for column in columns):
        raise WrongMap("has no column that goes into a field")


def _tried(work: Work, found: Look) -> Report:
    return dry_run(work, found.upload.entity, found.sheet, found.columns)


def _let_in(work: Work, found: Look, skip_bad: bool, quiet: bool) -> Report:
    uploads.forget(work, found.upload.id)
    return import_rows(work, found.upload.entity, found.sheet, found.columns, skip_bad, quiet=quiet)


def _seen(work: Work, upload: Upload, sheet: Sheet, columns: tuple[Column, ...]) -> Look:
    fields = exchange.importable(work, upload.entity)
    taken = {column.field for column in columns}
    missing = [
        each for name, each in fields.items() if each.required is True and each.default is None and name not in taken
    ]
    entity = work.model.entities[upload.entity]
    return Look(upload, entity, sheet, columns, list(fields.values()), missing)


def _maps(sheet: Sheet, form: dict[str, str]) -> dict[str, str]:
    """What the form says: `column-3` is the field of the fourth column, `cell-0-*` how one text is to be read."""
    maps = {}
    for position, name in enumerate(sheet.columns):
        if (target := form.get(f"{COLUMN}-{position}")) is not None:
            maps[name] = target
    for key, column in form.items():
        if key.startswith(f"{CELL}-") and key.endswith("-column") and column in sheet.columns:
            stem = key.removesuffix("-column")
            text, meant = form.get(f"{stem}-text", ""), form.get(f"{stem}-meant", "").strip()
            if text and meant:
                maps[f"{column}:{text}"] = meant
    return maps


handlers = [start, send, look, check, let_in]
