"""The web forms: their addresses, how often each was sent, and how another site shows it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from litestar import Response, get

from customary.engine.messages import forms
from customary.engine.messages.forms import Figures
from customary.engine.model.rules.form import WebForm
from customary.engine.records.work import Work
from customary.ui.desk import AtDesk, Desk


@get("/forms")
async def show(desk: AtDesk) -> Response:
    desk.must_open("messages")
    figures = await desk.read(_figures)
    base = (desk.model.settings.web_address or str(desk.request.base_url)).rstrip("/")
    found = desk.model.web_forms.values()
    return desk.page(
        "page_web_forms.html",
        here="workflows",
        base=base,
        forms=found,
        figures={each.name: figures.get(each.name, Figures()) for each in found},
        frames={each.name: _frame(desk, each, base) for each in found if each.embed},
    )


def _figures(work: Work) -> Mapping[str, Figures]:
    return forms.figures(work.connection, work.now)


def _frame(desk: Desk, form: WebForm, base: str) -> str:
    """What another site puts into its page."""
    title = escape(form.label.in_language(desk.language))
    style = "width: 100%; height: 760px; border: 0"
    return f'<iframe src="{base}/forms/{form.name}" title="{title}" loading="lazy" style="{style}"></iframe>'


handlers = [show]
