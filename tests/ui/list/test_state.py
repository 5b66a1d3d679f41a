"""The state of a list and its address."""

from __future__ import annotations

from types import SimpleNamespace

from customary.ui.list.state import ListState, Shown, state

FIELDS = dict.fromkeys(("name", "amount", "stage"))
ENTITY = SimpleNamespace(name="offer")
OPEN = Shown("open", "Open", where="open", sort=(("amount", True),), columns=("name", "amount"))
ALL = Shown("all", "All", columns=("name",))


def at(**query: str) -> ListState:
    return state(ENTITY, [OPEN, ALL], query, FIELDS)


def test_the_first_view_needs_no_word_in_the_address() -> None:
    assert at().address() == "/offer"
    assert at(view="all").address() == "/offer?view=all"


def test_only_what_differs_from_the_view_stands_in_the_address() -> None:
    same = at(where="open", sort="-amount", columns="name,amount")
    assert same.address() == "/offer"
    assert not same.changed
    assert at(where="").address() == "/offer?where="
    assert at(where="").changed


def test_an_address_comes_back_from_its_state() -> None:
    query = {"view": "all", "where": "amount > 1", "sort": "stage,-name", "columns": "stage,name", "q": "caf"}
    assert at(**query).params() == query


def test_what_nobody_knows_is_passed_over() -> None:
    assert at(view="gone", sort="secret", columns="secret,name").params() == {"sort": "", "columns": "name"}


def test_a_click_on_a_head_sorts_up_then_down_then_as_the_view_says() -> None:
    up = at().sorted_by("name")
    down = up.sorted_by("name")
    assert (up.sort, down.sort, down.sorted_by("name").sort) == ((("name", False),), (("name", True),), OPEN.sort)
    assert (up.direction("name"), down.direction("name"), up.direction("stage")) == ("ascending", "descending", "none")


def test_widths_and_figures_live_in_the_address_within_bounds() -> None:
    now = at(widths="name:240,amount:9999,stage:x,nobody:100,amount:20", figures="amount:avg,name:nonsense")
    assert now.widths == (("name", 240), ("amount", 60))
    assert now.figures == (("amount", "avg"),)
    assert now.changed
    assert now.address() == "/offer?widths=name%3A240%2Camount%3A60&figures=amount%3Aavg"


def test_a_column_moves_within_the_others_and_hides() -> None:
    now = at(columns="name,amount,stage")
    assert now.moved("stage", -1).columns == ("name", "stage", "amount")
    assert now.moved("name", -1).columns == ("name", "amount", "stage")
    assert now.hiding("amount").columns == ("name", "stage")


def test_the_usual_figure_needs_no_word() -> None:
    assert at(figures="amount:avg").telling("amount", "").address() == "/offer"
