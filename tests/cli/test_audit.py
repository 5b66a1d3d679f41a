"""audit."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from customary.engine.audit import lines
from customary.engine.workspace import Workspace


def test_it_prints_what_was_applied_and_exported(run, mycrm):
    run("apply", "mycrm", "--yes")
    run("export", "pet", "--workspace", "mycrm", "--where", "name == '=1+1'")
    exported, released = csv.DictReader(io.StringIO(run("audit", "mycrm").output))
    assert (released["kind"], released["number"], len(released["digest"])) == ("released", "1", 64)
    assert (exported["kind"], exported["who"], exported["entity"]) == ("exported", "Customary", "pet")
    assert exported["details"] == "format: csv, where: name == '=1+1'"
    (line,) = map(json.loads, run("audit", "mycrm", "--kind", "exported", "--json").output.splitlines())
    assert line["details"] == {"format": "csv", "where": "name == '=1+1'"}


def test_a_kind_that_is_none_is_refused(run, mycrm):
    run("apply", "mycrm", "--yes")
    assert run("audit", "mycrm", "--kind", "read").exit_code == 2
    assert run("audit", "mycrm", "--since", "ever").exit_code == 2


def test_a_command_leaves_no_line_to_be_chained_by_a_server(run, mycrm):
    run("apply", "mycrm", "--yes")
    run("export", "pet", "--workspace", "mycrm")
    workspace = Workspace.open(Path("mycrm"))
    with workspace.database.read() as connection:
        assert [each.number for each in lines(connection, limit=None)] == [2, 1]
    workspace.close()
