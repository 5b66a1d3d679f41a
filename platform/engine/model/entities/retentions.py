"""Retention: what an entity says under `retain` becomes the times after which its records are archived and erased."""

from __future__ import annotations

from customary.engine.expressions.types import DATE, DATETIME
from customary.engine.model.build import Build, Sketch, frozen, plain
from customary.engine.model.duration import length, seconds
from customary.engine.model.entities.retention import ACTS, ARCHIVE, ERASE, Retention
from customary.engine.problem import did_you_mean
from customary.engine.text import node as text

LAST_CHANGE = "updated_at"


def compile_retention(build: Build, sketch: Sketch) -> Retention | None:
    """How long records of an entity are kept, or None for ever."""
    body = sketch.body.get("retain")
    if not isinstance(body, text.Mapping):
        return None
    written = {act: str(said) for act in ACTS if (said := plain(body, f"{act}_after"))}
    if not written:
        build.add(body.place, "nothing says when", "Write archive_after, erase_after, or both: {erase_after: 10y}.")
        return None
    _check_order(build, body, written)
    if ERASE in written:
        _check_erasable(build, sketch, body)
    return Retention(
        since=_since(build, sketch, body),
        after=frozen({act: length(said) for act, said in written.items()}),
        written=frozen(written),
        where=build.question(body.get("where"), build.names(sketch.name, old=False)),
    )


def _since(build: Build, sketch: Sketch, body: text.Mapping) -> str:
    """The date that is counted from, which must lie in the table: the database is asked for what is due."""
    name = plain(body, "from", LAST_CHANGE)
    dates = [each.name for each in sketch.fields.values() if each.value_type in (DATE, DATETIME)]
    if name not in dates:
        build.add(body.get("from").place, f"“{name}” is not a date of {sketch.name}", did_you_mean(name, dates))
        return LAST_CHANGE
    if sketch.fields[name].formula is not None:
        build.add(body.get("from").place, f"“{name}” is computed", "Count from a date that is entered.")
        return LAST_CHANGE
    return name


def _check_order(build: Build, body: text.Mapping, written: dict[str, str]) -> None:
    archive, erase = (seconds(written.get(act, "")) for act in (ARCHIVE, ERASE))
    if archive is not None and erase is not None and erase <= archive:
        build.add(body.get("erase_after").place, "it would be erased before it is archived", "Let it be longer.")


def _check_erasable(build: Build, sketch: Sketch, body: text.Mapping) -> None:
    place = body.get("erase_after").place
    if sketch.plays == "user":
        build.add(place, "people who sign in are not erased", "Deactivate them, and hand their records over.")
    elif not any(each.personal for each in sketch.fields.values()):
        build.add(place, f"nothing of {sketch.name} is personal", "Mark what is to be erased: personal: true.")
