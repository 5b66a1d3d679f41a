"""Surveys: questions, each a field of the entity that the answers are records of, and what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from customary.engine.fields import Field
from customary.engine.model.build import Build, frozen, label, plain
from customary.engine.model.duration import seconds
from customary.engine.model.rules.form import WebForm
from customary.engine.problem import Place
from customary.engine.text.source import Document
from customary.engine.words import Words, words

LASTS = "30d"


@dataclass(frozen=True, kw_only=True)
class Survey:
    """A survey: the form that who is asked fills in, the field with the record that it is about, how long its links
    are good, and what its page and its mail say above the questions."""

    name: str
    heading: Words
    form: WebForm
    about: str
    lasts: timedelta
    intro: Words

    @property
    def questions(self) -> Mapping[str, Field]:
        return self.form.fields


def compile_surveys(build: Build) -> Mapping[str, Survey]:
    """The surveys by name."""
    found = (_survey(build, each) for each in build.definitions.of("survey").values())
    return frozen({each.name: each for each in found if each is not None})


def check_address(build: Build, place: Place) -> None:
    """That a mail can lead to a page of ours."""
    if not build.settings.web_address:
        build.add(place, "a link in a mail needs web_address", "Write it in customary.yaml, or leave this out.")


def _survey(build: Build, document: Document) -> Survey | None:
    body, sketch = document.body, build.sketches.get(document.name)
    about = str(plain(body, "about"))
    if sketch is None or about not in build.sketches or about not in sketch.fields:
        return None  # said where the entity of its answers is made
    questions = {name: each for name, each in sketch.fields.items() if not each.system and name != about}
    heading, intro = words(plain(body, "heading")), words(plain(body, "help"))
    if not heading.by_language:
        heading = label(body, document.name)
    form = WebForm(
        name=f"survey {document.name}",
        label=heading,
        help=intro,
        entity=sketch.name,
        fields=frozen(questions),
        hidden=frozenset(),
        autocomplete=frozen(dict.fromkeys(questions, "off")),
        closed=frozenset(sketch.fields.keys() - questions.keys() - {about}),
        values=frozen({}),
        match=(),
        overwrite=False,
        consent=words(None),
        thanks=words(plain(body, "thanks")),
        goes_to="",
        confirmed_by="",
        creates=(),
        embed=(),
        spam=False,
    )
    lasts = timedelta(seconds=seconds(str(plain(body, "expires", LASTS))) or 0)
    return Survey(name=document.name, heading=heading, form=form, about=about, lasts=lasts, intro=intro)
