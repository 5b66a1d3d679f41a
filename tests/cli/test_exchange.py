"""Import and export as scripts use them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result

from customary.engine.exchange import read
from customary.engine.records.changes import change, queue
from customary.engine.workspace import Workspace

Run = Callable[..., Result]
PEOPLE = "Name;E-Mail;Firma\nΆννα;anna@example.com;Acme\nBob;bob@example;Acmee\n"


@pytest.fixture
def crm(run: Run, tmp_path: Path) -> Path:
    """An applied workspace with one account, and a file of people."""
    assert run("init", "crm", "--packs", "core,sales").exit_code == 0
    assert run("apply", "crm", "--yes").exit_code == 0
    (tmp_path / "accounts.csv").write_text("name\nAcme\n", "utf-8")
    assert run("import", "account", "accounts.csv", "--workspace", "crm", "--yes").exit_code == 0
    (tmp_path / "people.csv").write_text(PEOPLE, "utf-8")
    return tmp_path


def exported(run: Run, entity: str, *more: str) -> list[dict]:
    result = run("export", entity, "--workspace", "crm", "--format", "json", *more)
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_refused_rows_are_printed_and_nothing_is_kept(run: Run, crm: Path) -> None:
    result = run("import", "contact", "people.csv", "--workspace", "crm", "--map", "Firma=account")
    assert result.exit_code == 1
    assert result.output.splitlines()[:4] == [
        "2 rows (format csv, encoding utf-8, delimiter ;)", "  Name → name", "  E-Mail → email", "  Firma → account",
    ]  # fmt: skip
    assert (
        "3\terror\tEmail must be an e-mail address; Account names no Account: “Acmee”. Did you mean “Acme”?"
        in result.output
    )
    assert '“Acmee” 1 row: no account has this title. Did you mean “Acme”? Then add --map "Firma:Acmee=Acme".' in (
        result.output
    )
    assert exported(run, "contact") == []


def test_bad_rows_are_left_out_when_asked(run: Run, crm: Path) -> None:
    result = run(
        "import", "contact", "people.csv", "--workspace", "crm", "--map", "Firma=account", "--skip-bad", "--yes"
    )
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "1 row made, 1 refused.")
    assert [(each["name"], each["account"]["title"]) for each in exported(run, "contact")] == [("Άννα", "Acme")]


def test_a_dry_run_keeps_nothing(run: Run, crm: Path) -> None:
    (crm / "good.csv").write_text("name\nAnn\n", "utf-8")
    result = run("import", "contact", "good.csv", "--workspace", "crm", "--dry-run")
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "1 row would be made, 0 refused.")
    assert run("import", "contact", "people.csv", "--workspace", "crm", "--dry-run").exit_code == 1
    assert exported(run, "contact") == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("contcat", "people.csv"), "There is no entity “contcat”. Did you mean “contact”?"),
        (("contact", "people.csv", "--map", "Firma"), "“Firma” is not of the form COLUMN=FIELD."),
        (("contact", "people.csv", "--map", "Firm=account"), "contact has no column “Firm”. Did you mean “Firma”?"),
        (("contact", "people.csv", "--map", "Firma=acount"), "Did you mean “account”?"),
        (("contact", "broken.xlsx"), "broken.xlsx is not a spreadsheet that can be read."),
        (("contact", "nothing.csv"), "does not exist"),
        (("contact", "strange.csv"), "No column of the file is a field of contact."),
        (("contact", "empty.csv"), "The file is empty."),
    ],
)
def test_wrong_use_is_explained_with_exit_code_2(run: Run, crm: Path, arguments: tuple[str, ...], says: str) -> None:
    (crm / "broken.xlsx").write_bytes(b"PK\x03\x04")
    (crm / "empty.csv").touch()
    (crm / "strange.csv").write_text("x,y\n1,2\n", "utf-8")
    result = run("import", *arguments, "--workspace", "crm", "--yes")
    assert (result.exit_code, says in result.output) == (2, True), result.output


def test_records_are_exported_in_three_forms(run: Run, crm: Path) -> None:
    (crm / "more.csv").write_text("name,annual_revenue\n=1+1,\nΖήτα,-5\n", "utf-8")
    assert (
        run("import", "account", "more.csv", "--workspace", "crm", "--map", "annual_revenue=", "--yes").exit_code == 0
    )
    result = run("export", "account", "--workspace", "crm")
    rows = list(csv.DictReader(io.StringIO(result.stdout_bytes.decode("utf-8-sig"))))
    assert sorted(row["name"] for row in rows) == ["'=1+1", "Acme", "Ζήτα"]
    book = read(run("export", "account", "--workspace", "crm", "--format", "xlsx").stdout_bytes, "a.xlsx")
    assert sorted(row.cells[0] for row in book.rows) == ["=1+1", "Acme", "Ζήτα"]
    assert [each["name"] for each in exported(run, "account", "--where", 'name == "Acme"')] == ["Acme"]


def test_a_condition_that_is_none_is_wrong_use(run: Run, crm: Path) -> None:
    result = run("export", "account", "--workspace", "crm", "--where", "nmae == 1")
    assert (result.exit_code, "Did you mean “name”?" in result.output) == (2, True), result.output
    assert run("export", "acount", "--workspace", "crm").exit_code == 2
    assert run("export", "account", "--workspace", "crm", "--format", "pdf").exit_code == 2


def test_every_command_shows_an_example(run: Run) -> None:
    for command in ("import", "export"):
        assert f"Example: customary {command}" in run(command, "--help").output


def test_an_import_may_start_no_rules(run: Run, crm: Path) -> None:
    (crm / "leads.csv").write_text("name\nQuiet\n", "utf-8")
    assert run("import", "lead", "leads.csv", "--workspace", "crm", "--yes", "--no-rules").exit_code == 0
    workspace = Workspace.open(crm / "crm")
    with workspace.database.read() as connection:
        causes = connection.execute(sa.select(change.c.cause).where(change.c.entity == "lead")).scalars().all()
        queued = connection.execute(sa.select(queue.c.id).where(queue.c.entity == "lead")).all()
    workspace.close()
    assert (causes, queued) == ([{"origin": "import", "quiet": True}], [])
