"""dossier, erase."""

from __future__ import annotations

import io
import json
from zipfile import ZipFile

import pytest

ANN = '[{"name": "Ann Lee", "email": "ann@example.com"}]'
NOBODY = "0190c8f2-6f6a-7c3e-9d0a-3a1f0c1b2d3e"


@pytest.fixture
def ann(run, mycrm, tmp_path) -> str:
    """The id of a contact."""
    (tmp_path / "ann.json").write_text(ANN)
    run("apply", "mycrm", "--yes")
    run("import", "contact", "ann.json", "--yes", "--workspace", "mycrm")
    (found,) = json.loads(run("export", "contact", "--format", "json", "--workspace", "mycrm").output)
    return found["id"]


def test_erasing_shows_asks_and_leaves_nothing(run, ann):
    asked = run("erase", "contact", ann, "--workspace", "mycrm", input="n\n")
    assert (asked.exit_code, "  fields: Full name, Email\n" in asked.output) == (1, True)
    assert "Ann Lee" in run("export", "contact", "--workspace", "mycrm").output
    done = run("erase", "contact", ann, "--workspace", "mycrm", "--why", "Asked for it", "--yes")
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "Erased.")
    assert "Ann Lee" not in run("export", "contact", "--workspace", "mycrm").output
    again = run("erase", "contact", ann, "--workspace", "mycrm", "--yes").output
    assert again.startswith("It was erased on ")


def test_a_dossier_is_a_zip_of_all_that_is_known(run, ann):
    result = run("dossier", "contact", ann, "--workspace", "mycrm")
    with ZipFile(io.BytesIO(result.stdout_bytes)) as made:
        (found,) = json.loads(made.read("records.json"))
    assert (found["title"], found["values"]["email"]) == ("Ann Lee", "ann@example.com")
    assert run("dossier", "contact", NOBODY, "--workspace", "mycrm").exit_code == 2


@pytest.mark.parametrize(
    ("entity", "id", "said"),
    [
        ("contact", "x", "“x” is not the id of a record."),
        ("contact", NOBODY, f"There is no contact {NOBODY}."),
        ("nothing", NOBODY, f"There is no nothing {NOBODY}."),
    ],
    ids=["no id", "no record", "no entity"],
)
def test_what_is_not_there_is_said(run, mycrm, entity, id, said):
    run("apply", "mycrm", "--yes")
    result = run("erase", entity, id, "--workspace", "mycrm", "--yes")
    assert (result.exit_code, said in result.output) == (2, True)
