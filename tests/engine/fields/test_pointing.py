"""Fields that point to people and teams work as links do."""

from __future__ import annotations

import pytest

from customary.engine import records
from customary.engine.database import Database
from customary.engine.exchange import guess, read
from customary.engine.exchange.exports import export_rows
from customary.engine.exchange.imports import import_rows
from customary.engine.records import Query, Refused
from customary.engine.records.identifier import new_id
from customary.engine.records.scope import RecordScope

from ..conftest import DEFINITIONS, Crm

JOB = """
---
entity: job
title: name
fields:
  name: {type: text, required: true}
  helpers: {type: users, inverse: helped_jobs}
  crew: {type: team, inverse: jobs, on_delete: clear}
"""


@pytest.fixture
def crm(database: Database) -> Crm:
    return Crm(database, DEFINITIONS + JOB)


def test_many_people_and_a_team_are_kept_found_and_shown(crm: Crm) -> None:
    ann, bob = crm.person("Ann", "viewer"), crm.person("Bob", "viewer")
    team = crm.add("team", name="North")
    job = crm.add("job", name="Roof", helpers=[ann.id, bob.id], crew=team)
    crm.add("job", name="Cellar", helpers=(bob.id,))
    with crm.reading(ann) as work:
        for where in ("user in helpers", 'crew.name == "North"', "helpers.exists(h, h == user)"):
            condition = records.compile_where(work, "job", where)
            page = records.select(work, "job", Query(where=condition, fields=("helpers", "crew")))
            assert [each.id for each in page.records] == [job]
            assert condition.holds(RecordScope(work, "job", dict(records.get(work, "job", job).values)))
        assert page.titles["user", ann.id] == "Ann"
        assert page.titles["team", team] == "North"
        helped = records.compile_where(work, "user", "size(helped_jobs) == 2")
        assert [each.title for each in records.select(work, "user", Query(where=helped)).records] == ["Bob"]


def test_who_is_no_user_is_refused(crm: Crm) -> None:
    with pytest.raises(Refused):
        crm.add("job", name="Roof", helpers=[new_id()])
    with pytest.raises(Refused):
        crm.add("job", name="Roof", crew=new_id())


def test_a_deleted_team_is_taken_out_of_its_jobs(crm: Crm) -> None:
    team = crm.add("team", name="North")
    job = crm.add("job", name="Roof", crew=team)
    with crm.work() as work:
        records.delete(work, "team", team)
    assert crm.value("job", job, "crew") is None


def test_files_name_people_and_teams_by_what_they_are_called(crm: Crm) -> None:
    ann, bob = crm.person("Ann"), crm.person("Bob")
    crm.add("job", name="Roof", helpers=[ann.id, bob.id], crew=crm.add("team", name="North"))
    with crm.work() as work:
        data = b"".join(export_rows(work, "job", "csv", None, ["name", "helpers", "crew"]))
        sheet = read(data, "jobs.csv")
        report = import_rows(work, "job", sheet, guess(work, "job", sheet))
        made = records.get(work, "job", report.verdicts[0].id).values
    assert (set(made["helpers"]), made["crew"] is not None) == ({ann.id, bob.id}, True)
