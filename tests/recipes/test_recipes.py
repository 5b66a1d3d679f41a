"""Sixty recipes of other CRMs, said in our language and proved by their examples; or why they cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from pathlib import Path

import pytest

from customary.engine.examples import Example, House, examples, try_out
from customary.engine.model import compile_source
from customary.engine.problem import Problems
from customary.engine.text import gather, read_source

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "recipes.md"
RECIPES = 60
NUMBER = re.compile(r"recipe_(\d\d)")


class Narrowed(House):
    """The house with the workflows of one recipe alone, so that no other has its hands in the same record."""

    def only(self, recipe: str) -> House:
        whole, narrow = self.__dict__.setdefault("known", ({}, self.release))[::-1]
        if recipe not in narrow:
            model = whole.model
            workflows = {name: each for name, each in model.workflows.items() if name.startswith(f"recipe_{recipe}")}
            # What is worked out once for a release hangs on its tables: these are others, without the other workflows.
            narrow[recipe] = replace(whole, model=replace(model, workflows=workflows), tables=copy(whole.tables))
        self.release = narrow[recipe]
        return self


@pytest.fixture(scope="module")
def told() -> Iterator[tuple[Narrowed, list[Example]]]:
    problems = Problems()
    source = read_source(gather(HERE, problems), problems)
    model = compile_source(source, problems)
    assert [str(each) for each in problems.errors] == []
    with Narrowed(source, model) as house:
        yield house, [each for each in examples(source, model) if _recipes(str(each))]


def test_every_recipe_does_what_its_examples_say(told: tuple[Narrowed, list[Example]]) -> None:
    house, found = told
    differences = []
    for example in found:
        [recipe] = _recipes(str(example))[:1]
        differences += [str(each) for each in try_out(house.only(recipe), example)]
    assert differences == []


def test_every_recipe_is_said_and_proved_or_listed_with_the_reason(told: tuple[Narrowed, list[Example]]) -> None:
    _, found = told
    proved = {number for example in found for number in _recipes(str(example))}
    unsaid = set(re.findall(r"^\| (\d\d) ", PAGE.read_text(encoding="utf-8"), flags=re.M))
    assert proved & unsaid == set()
    assert sorted(proved | unsaid) == [f"{number:02}" for number in range(1, RECIPES + 1)]


def _recipes(text: str) -> list[str]:
    return NUMBER.findall(text)
