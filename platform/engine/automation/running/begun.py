"""A rule as it was when a run of it began: a run that waits is not touched by what is applied meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from weakref import WeakKeyDictionary

from customary.engine.automation.acting import CannotDo
from customary.engine.model.workflow import Workflow
from customary.engine.problem import Problems
from customary.engine.records.work import Work
from customary.engine.releases import Release, read_files
from customary.engine.text import Document, plain, read_source

_compiled: WeakKeyDictionary[Release, dict[tuple[int, str], Workflow]] = WeakKeyDictionary()


def as_begun(work: Work, run: Mapping[str, Any]) -> Workflow | None:
    """The rule of a run: today's, unless the run has begun under another one; None when there is none.

    The steps are those of then, and are compiled over the entities of today: what they write goes where everybody
    writes. Raises CannotDo when these entities have not what they name.
    """
    name, number = run["workflow"], run["release"]
    today = work.model.workflows.get(name)
    if not run["position"] or number == work.release.number or work.release.source is None:
        return today
    known = _compiled.setdefault(work.release, {})
    if (number, name) not in known:
        then, now = _said(work, name, number), work.release.source.documents.get(("workflow", name))
        if then is None or (now is not None and plain(then.body) == plain(now.body)):
            return today
        known[number, name] = _compile(work.release, name, then)
    return known[number, name]


def _said(work: Work, name: str, number: int) -> Document | None:
    """What a release said of a rule, which may have had another name then."""
    now = work.release.source.documents.get(("workflow", name))
    was = plain(now.body).get("was", ()) if now is not None else ()
    documents = read_source(read_files(work.connection, number), Problems()).documents
    names = (name, *((was,) if isinstance(was, str) else was))
    return next((documents["workflow", each] for each in names if ("workflow", each) in documents), None)


def _compile(release: Release, name: str, then: Document) -> Workflow:
    from customary.engine.model import compile_source

    problems = Problems()
    documents = {**release.source.documents, ("workflow", name): replace(then, name=name)}
    model = compile_source(replace(release.source, documents=documents), problems)
    if problems.errors:
        raise CannotDo(
            "the rule as it was when this run began does not fit any more: {why}", why=problems.errors[0].summary
        )
    return model.workflows[name]
