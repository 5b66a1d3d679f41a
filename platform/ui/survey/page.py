"""The page of a survey: `/surveys/NAME/SECRET`. Who holds the link answers, once; nobody signs in, nothing can be read.

It needs neither scripts nor cookies. Questions that depend on others appear once those are answered: what is sent says
which questions were shown, and is shown again with those that have come to be asked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from customary.engine.messages import surveys
from customary.engine.model.rules.survey import Survey
from customary.engine.records.refusal import FieldProblem, Refused
from customary.engine.records.work import Work
from customary.ui.catalogue import LANGUAGES
from customary.ui.desk import AtDesk, Desk
from customary.ui.form.inputs import typed_into
from customary.ui.form.typed import Typed
from customary.ui.web_form import shown
from customary.ui.web_form.shown import Shown

MOST_BYTES = 256 * 1024
SHOWN = "_shown"
"""What a form names each question under that it showed."""


@get("/surveys/{name:str}/{secret:str}", opt={"public": True})
async def look(desk: AtDesk, name: FromPath[str], secret: FromPath[str]) -> Response:
    """The questions. Looking takes nothing: programs that guard mail follow every link."""
    survey = _survey(desk, name)
    return _page(desk, survey, await desk.workspace.database.reading(_blank, desk, survey, secret))


@post("/surveys/{name:str}/{secret:str}", status_code=200, opt={"public": True}, request_max_body_size=MOST_BYTES)
async def send(desk: AtDesk, name: FromPath[str], secret: FromPath[str]) -> Response:
    """Takes the answers, or shows them again with what is wrong, and with the questions that they lead to."""
    survey, database = _survey(desk, name), desk.workspace.database
    form = await desk.request.form()
    typed = Typed((key, text) for key, text in form.multi_items() if isinstance(text, str))
    try:
        found = await database.writing(_take, desk, survey, secret, typed)
    except Refused as refused:
        again = await database.reading(_again, desk, survey, secret, typed, refused.problems)
        return _page(desk, survey, again, status=422)
    if found is True:
        return Response(b"", status_code=303, headers={"Location": _thanks(desk, survey), "Cache-Control": "no-store"})
    return _page(desk, survey, found, before=typed.all(SHOWN))


@get("/surveys/{name:str}/thanks", opt={"public": True})
async def thanks(desk: AtDesk, name: FromPath[str]) -> Response:
    """What is said afterwards."""
    survey = _survey(desk, name)
    _speak(desk, desk.request.query_params.get("language", ""))
    return desk.page("page_web_form_thanks.html", form=survey.form, waits=False)


# Working ------------------------------------------------------------------------------------------


def _blank(connection: Any, desk: Desk, survey: Survey, secret: str) -> Shown | None:
    work = _asked(connection, desk, survey, secret)
    return work and shown.blank(work, _form(survey, surveys.visible(work, survey, {})), Typed(()), desk.locale)


def _take(connection: Any, desk: Desk, survey: Survey, secret: str, typed: Typed) -> Shown | bool | None:
    """True for what was taken, the page where it leads to more questions, None where the link is not good (any more).
    Raises Refused with all that is wrong."""
    work = _asked(connection, desk, survey, secret)
    if work is None:
        return None
    entries = typed_into(work, _form(survey, typed.all(SHOWN)).fields, typed, desk.locale)
    given = {name: each.value for name, each in entries.items() if each.problem is None}
    wrong = {name: each.problem for name, each in entries.items() if each.problem is not None}
    asked = surveys.visible(work, survey, given)
    if wrong:
        unread = [FieldProblem(name, reason, survey.questions[name].label) for name, reason in wrong.items()]
        raise Refused(
            [*unread, *(each for each in surveys.problems_of(work, survey, given) if each.field not in wrong)]
        )
    if not set(asked) <= set(typed.all(SHOWN)):
        return shown.sent(work, _form(survey, asked), typed, desk.locale, ())
    wanted = {name: each for name, each in given.items() if name in asked}
    return surveys.answer(work, survey, secret, wanted) is not None or None


def _again(
    connection: Any, desk: Desk, survey: Survey, secret: str, typed: Typed, problems: list[FieldProblem]
) -> Shown | None:
    work = _asked(connection, desk, survey, secret)
    return work and shown.sent(work, _form(survey, typed.all(SHOWN)), typed, desk.locale, problems)


def _asked(connection: Any, desk: Desk, survey: Survey, secret: str) -> Work | None:
    """The work of who holds a link, in the language that they chose, else in that of their mail; None for no link."""
    chosen = desk.request.query_params.get("language", "")
    found = surveys.asked_with(surveys.work_of(connection, desk.release, survey, chosen, desk.now), survey, secret)
    if found is None:
        return None
    _speak(desk, chosen or found.language)
    return surveys.work_of(connection, desk.release, survey, desk.language, desk.now)


# Drawing ------------------------------------------------------------------------------------------


def _page(desk: Desk, survey: Survey, found: Shown | None, status: int = 200, before: tuple[str, ...] = ()) -> Response:
    """The questions; those are told of that were not among the ones shown `before`."""
    if found is None:
        return desk.page("page_survey_over.html", status=410, survey=survey)
    more = [each for each in found.controls if before and each.name not in before]
    languages = {code: LANGUAGES[code] for code in desk.model.settings.languages if code in LANGUAGES}
    told = {"survey": survey, "shown": found, "more": more, "kept": SHOWN, "languages": languages}
    return desk.page("page_survey.html", status=status, **told)


def _form(survey: Survey, names: tuple[str, ...]) -> Any:
    """The form with some of the questions, in the survey's order."""
    return replace(survey.form, fields={name: each for name, each in survey.questions.items() if name in names})


def _survey(desk: Desk, name: str) -> Survey:
    """That of a name, which links have from when they were sent."""
    found = desk.model.surveys.get(name)
    renamed = (each for each in desk.model.surveys.values() if name in desk.model.entities[each.form.entity].was)
    found = found or next(renamed, None)
    if found is None:
        raise NotFoundException
    return found


def _speak(desk: Desk, language: str) -> None:
    if language in desk.model.settings.languages:
        desk.language = language


def _thanks(desk: Desk, survey: Survey) -> str:
    return f"/surveys/{survey.name}/thanks?language={desk.language}"


handlers = [look, send, thanks]
