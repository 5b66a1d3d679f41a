"""The steps of a run, or of one that is rehearsed, as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID

from customary.engine.automation import StepTaken
from customary.engine.messages import Letter
from customary.engine.records.work import Work
from customary.engine.words import Reason
from customary.ui.rules.details import Detail, details, fate_of, mails_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """A step that was taken, with what went in and what came out; it ended `after` seconds from the start."""

    step: StepTaken
    after: Decimal
    given: tuple[Detail, ...]
    result: tuple[Detail, ...]


def shown_step(
    work: Work,
    step: StepTaken,
    about: str,
    begun: datetime,
    titles: Mapping[tuple[str, UUID], str],
    written: Sequence[Letter],
) -> ShownStep:
    """A step of a run about a record of an entity, which began then; `written` is what the run sent outside."""
    entity = work.model.playing("task") if step.kind == "task" else work.model.entities.get(about)
    tell = partial(details, work, fields=entity.fields if entity else {}, titles=titles)
    after = seconds(step.at - begun)
    if not work.access.admin:
        return ShownStep(step=step, after=after, given=(), result=())
    is_mail, is_done = step.kind in ("send_email", "ask_survey"), step.status == "done"
    result = tell(step.result) if is_done and not is_mail else ()
    if is_mail:
        sent = mails_of(step.result, {each.id: each for each in written}) if is_done else ()
    else:
        mine = (each for each in written if each.position == step.position)
        sent = chain.from_iterable(fate_of(each, Reason("Outbox"), each.recipient) for each in mine)
    return ShownStep(step=step, after=after, given=tuple(tell(_asked(step))), result=(*result, *sent))


def seconds(span: timedelta) -> Decimal:
    """A span in seconds, to the hundredth."""
    return Decimal(span // timedelta(milliseconds=10)) / 100


def _asked(step: StepTaken) -> Any:
    """What went in; whom a step asks is called otherwise than the way in which one assigns."""
    return {"asked": step.input["by"]} if step.kind == "ask" and step.input else step.input
