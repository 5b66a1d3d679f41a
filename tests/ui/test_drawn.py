"""What is drawn once and kept: never for the wrong person, language, release or value."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from jinja2 import UndefinedError
from litestar.testing import TestClient

from customary.engine import access
from customary.engine.locale import locale
from customary.engine.model.model import Model
from customary.engine.people.actor import Actor
from customary.engine.words import Reason, Words
from customary.engine.workspace import Workspace
from customary.ui.form.controls import Choice, Control
from customary.ui.render import environment

PLACE = re.compile(r'<a class="rail-item" href="/(\w+)" title="([^"]*)"')


def places(client: TestClient) -> dict[str, str]:
    return dict(PLACE.findall(client.get("/settings").text))


@pytest.mark.parametrize(("language", "rows"), [("en", "7,320 rows"), ("el", "7.320 γραμμές"), ("zh", "7,320 行")])
def test_a_number_in_a_sentence_is_grouped_as_all_numbers_are(language: str, rows: str) -> None:
    text = environment(locale(language), "/icons.svg").from_string("{{ ngettext('One row', '%(num)s rows', 7320) }}")
    assert text.render() == rows


@pytest.fixture
def control(workspace: Workspace) -> Callable[..., str]:
    """`control(name, **values)` is the HTML of a deal's control."""
    fields = workspace.release.model.entities["deal"].fields
    drawn = environment(locale("en"), "/icons.svg").globals

    def draw(name: str, **values: Any) -> str:
        return drawn["field"](Control(field=values.pop("field", fields[name]), name=name, **values))

    return draw


def test_each_person_has_the_places_of_their_own_roles(
    client: TestClient, signed_in: Callable[..., TestClient], workspace: Workspace
) -> None:
    model, other = workspace.release.model, signed_in()
    for _ in range(2):
        assert places(client).keys() & model.entities.keys() == _readable(model, "admin")
        assert places(other).keys() & model.entities.keys() == _readable(model)
    assert _readable(model, "admin") > _readable(model)


def _readable(model: Model, *roles: str) -> set[str]:
    rights = access.compile(model, Actor(id=None, roles=roles))
    return {name for group in model.navigation for name in group.entities if rights.may(name, "read")}


def test_the_same_person_has_the_places_in_the_language_chosen_last(client: TestClient) -> None:
    english = places(client)
    client.post("/settings", data={"language": "zh"})
    chinese = places(client)
    assert english["deal"] != chinese["deal"]
    assert english.keys() == chinese.keys()
    client.post("/settings", data={"language": "en"})
    assert places(client) == english


def test_a_part_sees_nothing_but_what_it_is_given() -> None:
    drawn = environment(locale("en"), "/icons.svg").globals["drawn"]
    assert drawn("part_bar.html", places=(), here="home") == drawn("part_bar.html", places=(), here="home")
    assert drawn("part_bar.html", places=(), here="home") != drawn("part_bar.html", places=(), here="search")
    with pytest.raises(UndefinedError):
        drawn("part_rail.html", here="home")


def test_a_control_shows_its_own_text_marks_and_problems(control: Callable[..., str]) -> None:
    plain = control("name")
    assert control("name") == plain
    assert 'value="Press"' in control("name", texts=("Press",))
    assert 'aria-required="true"' in control("name", required=True)
    assert "must not be empty" in control("name", problems=(Reason("must not be empty"),))
    assert 'id="w-name"' in control("name", prefix="w")
    assert "data-watched" in control("name", watched=True)
    assert "Press" in control("name", read_only=True, value="Press")
    assert "Bolt" in control("name", read_only=True, value="Bolt")
    assert control("name") == plain


def test_a_control_shows_the_title_that_a_record_has_now(control: Callable[..., str]) -> None:
    titled = lambda title: control("account", source="/x", choices=(Choice(value="7", title=title, chosen=True),))  # noqa: E731
    assert 'value="Acme"' in titled("Acme")
    assert 'value="Acme Ltd"' in titled("Acme Ltd")


def test_a_control_of_a_new_release_shows_its_new_label_and_options(
    control: Callable[..., str], workspace: Workspace
) -> None:
    old = workspace.release.model.entities["deal"].fields["name"]
    new = replace(old, label=Words({"en": "Headline"}))
    assert "Headline" not in control("name", field=old)
    assert "Headline" in control("name", field=new)
    assert "Headline" not in control("name", field=old)
