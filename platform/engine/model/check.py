"""Checks a workspace from its files to its model, and counts what it declares."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from customary.engine.definitions import Definitions, define
from customary.engine.model import compile as compile_model
from customary.engine.model.model import Model
from customary.engine.problem import Problems, TooManyProblems
from customary.engine.sealing import KEY_VARIABLE, has_key
from customary.engine.text import File, Mapping, Source, gather, plain, read_source
from customary.engine.text.lock import check_lock

Analyse = Callable[[Model, Source], Problems]
"""Looks at a model that is without mistakes for what its writer most likely did not mean (see `automation.analyse`)."""


@dataclass(frozen=True)
class Counts:
    """How much a workspace declares."""

    entities: int = 0
    fields: int = 0
    pipelines: int = 0
    workflows: int = 0
    roles: int = 0
    messages: int = 0

    def __str__(self) -> str:
        entities = f"{_count(self.entities, 'entity', 'entities')} with {_count(self.fields, 'field')}"
        others = ("pipeline", "workflow", "role", "message")
        return ", ".join([entities, *(_count(getattr(self, f"{word}s"), word) for word in others)])


def check(directory: Path | str, analyse: Analyse | None = None) -> tuple[Problems, Counts]:
    """Every problem of a workspace at once (a thousand at most), and the counts of what it declares."""
    problems = Problems()
    try:
        return problems, _checked(Path(directory), problems, analyse)
    except TooManyProblems:
        return problems, Counts()


def check_files(files: Iterable[File], analyse: Analyse | None = None) -> Problems:
    """Every problem of the files of a workspace, which need not be saved yet."""
    problems = Problems()
    with suppress(TooManyProblems):
        _check(read_source(files, problems), problems, analyse)
    return problems


def _checked(directory: Path, problems: Problems, analyse: Analyse | None) -> Counts:
    source = read_source(gather(directory, problems), problems)
    check_lock(directory, source, problems)
    return _counts(_check(source, problems, analyse))


def _check(source: Source, problems: Problems, analyse: Analyse | None) -> Definitions:
    definitions = define(source, problems)
    found, analysed, model = Problems(), Problems(), None
    with suppress(TooManyProblems):
        model = compile_model(definitions, found)
    if analyse is not None and model is not None and not problems.errors:
        analysed = analyse(model, source)
    _check_key(definitions, problems)
    for problem in (*found, *analysed):
        # What follows from a text that broke off would only hide the break.
        if problem.place.file not in problems.unread:
            (problems.add if problem.severity == "error" else problems.warn)(
                problem.place, problem.summary, problem.remedy
            )
    return definitions


def _check_key(definitions: Definitions, problems: Problems) -> None:
    """Warns of the first secret when there is no key to keep any with."""
    if has_key():
        return
    for entity in definitions.of("entity").values():
        fields = entity.body.get("fields")
        for each in fields.entries.values() if isinstance(fields, Mapping) else ():
            if isinstance(each, Mapping) and plain(each.get("type")) == "secret":
                summary = "secrets cannot be kept: there is no key"
                problems.warn(each.get("type").place, summary, f"Put one into {KEY_VARIABLE} (see operating.md).")
                return
    settings = definitions.of("workspace").get("")
    demanded = settings.body.get("sign_in") if settings is not None else None
    if isinstance(demanded, Mapping) and plain(demanded.get("second_factor")):
        summary = "second factors cannot be kept: there is no key"
        problems.warn(demanded.get("second_factor").place, summary, f"Put one into {KEY_VARIABLE} (see operating.md).")


def _counts(definitions: Definitions) -> Counts:
    fields = 0
    for entity in definitions.of("entity").values():
        declared = entity.body.get("fields")
        fields += len(declared) if isinstance(declared, Mapping) else 0
    return Counts(
        entities=len(definitions.of("entity")),
        fields=fields,
        pipelines=len(definitions.of("pipeline")),
        workflows=len(definitions.of("workflow")),
        roles=len(definitions.of("role")),
        messages=len(definitions.of("message")),
    )


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or f'{one}s'}"
