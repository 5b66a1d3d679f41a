"""The bars of a list are drawn once for all who see the same of it, and for nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any
from uuid import uuid4

import pytest
from litestar.testing import TestClient

from customary.engine.expressions.error import ExpressionError
from customary.engine.workspace import Workspace
from customary.ui.list.bars import Bars
from customary.ui.list.condition import conditions
from customary.ui.list.load import Filter
from customary.ui.list.state import Shown, state

VIEWS = [Shown("all", "All", columns=("name", "amount")), Shown("open", "Open", columns=("name",), where="open")]


@pytest.fixture
def bars(workspace: Workspace) -> Callable[..., Bars]:
    """`bars(view="open")` are the bars that an address asks for."""
    entity = workspace.release.model.entities["deal"]
    seen = {name: each for name, each in entity.columns.items() if each.tabular}

    def made(**query: str) -> Bars:
        at = state(entity, [replace(each) for each in VIEWS], query, seen)
        return Bars(
            entity=entity, fields=dict(seen), views=[replace(each) for each in VIEWS], at=at,
            filter=Filter(None, conditions(at.where, seen)), titles={}, editable=frozenset(),
            may_create=False, may_export=False, density="",
        )  # fmt: skip

    return made


def test_bars_that_show_the_same_are_equal(bars: Callable[..., Bars]) -> None:
    assert bars(view="open") == bars(view="open")
    assert hash(bars(view="open")) == hash(bars(view="open"))


@pytest.mark.parametrize(
    "query",
    [
        {"view": "open"},
        {"where": "open"},
        {"sort": "-amount"},
        {"columns": "amount"},
        {"widths": "name:300"},
        {"figures": "amount:avg"},
        {"q": "acme"},
    ],
)
def test_bars_of_another_state_of_the_list_are_others(bars: Callable[..., Bars], query: dict[str, str]) -> None:
    assert bars(**query) != bars()


def test_nothing_that_bars_show_is_left_out_of_the_comparison(bars: Callable[..., Bars], workspace: Workspace) -> None:
    plain, model = bars(), workspace.release.model
    others: dict[str, Any] = {
        "entity": model.entities["account"],
        "fields": {"name": plain.fields["name"], "amount": plain.fields["amount"]},
        "views": VIEWS[:1],
        "at": bars(q="acme").at,
        "filter": Filter(None, [], ExpressionError(0, "is wrong")),
        "titles": {("account", uuid4()): "Acme"},
        "editable": frozenset({"name"}),
        "may_create": True,
        "may_export": True,
        "density": "compact",
    }
    assert others.keys() == {each.name for each in fields(Bars)}
    assert [name for name, value in others.items() if replace(plain, **{name: value}) == plain] == []


def test_everyone_sees_their_own_views_and_what_they_may_do(client: TestClient, signed_in: Callable) -> None:
    client.post("/product/views", data={"label": "Mine alone", "audience": "me", "where": "active"})
    other = signed_in("sales_rep")
    for _ in range(2):
        own, others = client.get("/product").text, other.get("/product").text
        assert "Mine alone" in own and "Import…" in own and "data-editable" in own
        assert "Mine alone" not in others and "Import…" not in others and "data-editable" not in others


def test_a_density_chosen_meanwhile_is_shown(client: TestClient) -> None:
    chosen = re.compile(r'data-sets-density="(\w*)"><svg[^>]*><use href="[^"]*#i-check"')
    assert chosen.findall(client.get("/deal").text) == [""]
    client.cookies["density"] = "compact"
    assert chosen.findall(client.get("/deal").text) == ["compact"]
