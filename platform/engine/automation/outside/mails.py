"""Mails that come in, as rules see them: an answer, a report of ours, or a reason to begin."""

from __future__ import annotations

from customary.engine.automation.moment import Moment, came_in
from customary.engine.automation.outside.reactions import come_back, react
from customary.engine.automation.running.begin import begin
from customary.engine.messages.incoming.taking import Taken, payload
from customary.engine.messages.reactions import ANSWERED
from customary.engine.records.work import Work


def heard(work: Work, taken: Taken) -> None:
    """What follows from a mail that was taken in. What a program answered is no answer."""
    report, letter = taken.parsed.report, taken.letter
    if report is not None:
        if report.failed and letter is not None:
            come_back(work, letter, report.said, report.hard)
        return
    if letter is not None and not taken.parsed.automatic:
        react(work, letter, ANSWERED, taken.parsed.subject)
    _begin(work, taken)


def _begin(work: Work, taken: Taken) -> None:
    received, entity = taken.received, taken.entity
    for workflow in work.model.workflows.values() if entity and received.record else ():
        wanted = any(each["kind"] == "email" and each["mailbox"] == received.mailbox for each in workflow.triggers)
        if wanted and workflow.entity == entity:
            begin(workflow, Moment(work, came_in(work, entity, received.record, received.mailbox, payload(taken))))
