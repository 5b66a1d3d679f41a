"""Forms that strangers send, as rules see them: a reason to begin."""

from __future__ import annotations

from customary.engine.automation.moment import Moment, filled_in
from customary.engine.automation.running.begin import begin
from customary.engine.messages.forms import Taken
from customary.engine.records.work import Work


def heard(work: Work, taken: Taken) -> None:
    """What follows from a form that was taken; with the system's rights, as all rules."""
    work, form = work.as_system(), taken.form
    for workflow in work.model.workflows.values():
        if any(each["kind"] == "web_form" and each["form"] == form.name for each in workflow.triggers):
            begin(workflow, Moment(work, filled_in(work, form.entity, taken.record, form.name, taken.payload)))
