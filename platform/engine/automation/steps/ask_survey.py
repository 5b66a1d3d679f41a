"""Asks people by mail to answer a survey: `ask_survey: {survey: visit_rating, to: =contact}`.

Each gets a link of their own, which is good for one answer. The mail says what the survey says of itself, or what the
`message` says; the link stands below. What is answered is a record, which other workflows may begin with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from customary.engine.automation.acting import Acting, CannotDo, Done
from customary.engine.automation.steps.send_email import Texts, send, texts_of
from customary.engine.messages import surveys
from customary.engine.messages.html import escaped


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    survey = acting.work.model.surveys.get(step["survey"])
    if survey is None:
        raise CannotDo("there is no survey “{name}” any more", name=step["survey"])

    def link(language: str) -> tuple[str, str]:
        address = surveys.invite(acting.work, survey, acting.about[1], language)
        return address, f"[{escaped(survey.heading.in_language(language))}]({address})"

    own = Texts(None, survey.heading.by_language, survey.intro.by_language or {"": ""})
    texts = texts_of(step, acting) if step.get("message") else own
    return send(step, acting, replace(texts, end=link), private=True)
