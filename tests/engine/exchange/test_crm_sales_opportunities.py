"""A real export of another CRM, four files of 8,927 rows, comes in whole, and its sums are right to the digit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from customary.engine import records
from customary.engine.exchange import guess, read
from customary.engine.exchange.imports import ImportRefused, Report, Unknown, dry_run, import_rows
from customary.engine.people.actor import SYSTEM
from customary.engine.records import Group
from customary.engine.workspace import Workspace

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data" / "crm-sales-opportunities"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the data set is not here")

MAPS = {
    "sales_teams": {"sales_agent": "name", "regional_office": "office"},
    "accounts": {
        "account": "name",
        "revenue": "annual_revenue",
        "office_location": "address.country",
        "office_location:Korea": "South Korea",
        "office_location:Philipines": "Philippines",
        "subsidiary_of": "parent",
    },
    "products": {"product": "name", "sales_price": "price"},
    "sales_pipeline": {"opportunity_id": "code", "deal_stage": "stage"},
}
GTX = {"product:GTXPro": "GTX Pro"}


@pytest.fixture
def workspace(tmp_path: Path, database_url: str) -> Iterator[Workspace]:
    """The house's workspace, applied, with its agents, accounts and products."""
    folder = tmp_path / "opportunities"
    shutil.copytree(ROOT / "tests" / "fixtures" / "opportunities", folder)
    workspace = Workspace.open(folder, database_url)
    workspace.apply(by="test")
    for entity, name in (("sales_agent", "sales_teams"), ("account", "accounts"), ("product", "products")):
        bring_in(workspace, entity, name)
    yield workspace
    workspace.close()


def bring_in(
    workspace: Workspace, entity: str, name: str, more: dict[str, str] | None = None, skip_bad: bool = False
) -> Report:
    with workspace.database.write() as connection:
        work = workspace.work(connection, SYSTEM)
        sheet = read((DATA / f"{name}.csv").read_bytes(), f"{name}.csv")
        columns = guess(work, entity, sheet, {**MAPS[name], **(more or {})})
        return import_rows(work, entity, sheet, columns, skip_bad)


def aggregate(workspace: Workspace, group: str | None = None, where: str | None = None) -> dict[object, Group]:
    with workspace.database.read() as connection:
        work = workspace.work(connection, SYSTEM)
        condition = records.compile_where(work, "opportunity", where) if where else None
        groups = records.aggregate(work, "opportunity", [group] if group else [], sums=["value"], where=condition)
        return {next(iter(each.key.values()), None): each for each in groups}


def value(group: Group) -> Decimal:
    return group.values["sum"]["value"].amount


def number_of(connection: sa.Connection, workspace: Workspace, entity: str) -> int:
    table = workspace.release.tables.entity(entity).table
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_every_column_finds_its_field(workspace: Workspace) -> None:
    with workspace.database.read() as connection:
        work = workspace.work(connection, SYSTEM)
        sheet = read((DATA / "sales_pipeline.csv").read_bytes(), "sales_pipeline.csv")
        columns = guess(work, "opportunity", sheet, MAPS["sales_pipeline"])
    assert [(column.name, column.field, column.kind) for column in columns] == [
        ("opportunity_id", "code", "text"),
        ("sales_agent", "sales_agent", "text"),
        ("product", "product", "choice"),
        ("account", "account", "text"),
        ("deal_stage", "stage", "choice"),
        ("engage_date", "engaged_on", "date"),
        ("close_date", "closed_on", "date"),
        ("close_value", "value", "integer"),
    ]


def test_subsidiaries_are_linked_to_parents_of_the_same_file(workspace: Workspace) -> None:
    with workspace.database.read() as connection:
        table = workspace.release.tables.entity("account")
        linked = sa.select(sa.func.count()).where(table.column("parent").is_not(None))
        assert (number_of(connection, workspace, "account"), connection.execute(linked).scalar_one()) == (85, 15)


def test_a_misspelt_product_is_reported_and_nothing_is_kept(workspace: Workspace) -> None:
    with pytest.raises(ImportRefused) as refused:
        bring_in(workspace, "opportunity", "sales_pipeline")
    report = refused.value.report
    assert report.unknown == (Unknown("product", "product", "product", "GTXPro", 1480, ("GTX Pro",)),)
    assert (report.written, len(report.refused)) == (7320, 1480)
    assert report.refused[0].line == 3
    assert report.refused[0].reason == "Product names no Product: “GTXPro”. Did you mean “GTX Pro”?"
    with workspace.database.read() as connection:
        assert number_of(connection, workspace, "opportunity") == 0


def test_a_dry_run_says_what_an_import_would_and_keeps_nothing(workspace: Workspace) -> None:
    with workspace.database.write() as connection:
        work = workspace.work(connection, SYSTEM)
        sheet = read((DATA / "sales_pipeline.csv").read_bytes(), "sales_pipeline.csv")
        report = dry_run(work, "opportunity", sheet, guess(work, "opportunity", sheet, MAPS["sales_pipeline"]))
    assert (report.written, len(report.refused), len(report.verdicts)) == (7320, 1480, 8800)
    with workspace.database.read() as connection:
        assert number_of(connection, workspace, "opportunity") == 0


def test_bad_rows_can_be_left_out(workspace: Workspace) -> None:
    report = bring_in(workspace, "opportunity", "sales_pipeline", skip_bad=True)
    assert (report.written, len(report.refused)) == (7320, 1480)
    with workspace.database.read() as connection:
        assert number_of(connection, workspace, "opportunity") == 7320


def test_the_counted_answers_come_out_to_the_digit(workspace: Workspace) -> None:
    report = bring_in(workspace, "opportunity", "sales_pipeline", GTX)
    assert (report.written, report.refused) == (8800, ())
    stages = {stage: group.count for stage, group in aggregate(workspace, "stage").items()}
    assert stages == {"won": 4238, "lost": 2473, "engaging": 1589, "prospecting": 500}
    assert value(aggregate(workspace, where='outcome == "won"')[None]) == 10_005_534
    quarters = ["2017-01-01", "2017-04-01", "2017-07-01", "2017-10-01", "2018-01-01"]
    within = 'stage == "won" && closed_on >= date("{}") && closed_on < date("{}")'
    ranges = zip(quarters, quarters[1:], strict=False)
    by_quarter = [value(aggregate(workspace, where=within.format(*each))[None]) for each in ranges]
    assert by_quarter == [1_134_672, 3_086_111, 2_982_255, 2_802_496]
    assert aggregate(workspace, where="account == null")[None].count == 1425


def test_sums_follow_links_to_offices_agents_managers_and_accounts(workspace: Workspace) -> None:
    bring_in(workspace, "opportunity", "sales_pipeline", GTX)
    won = 'outcome == "won"'
    offices = {office: value(group) for office, group in aggregate(workspace, "sales_agent.office", won).items()}
    assert offices == {"west": 3_568_647, "central": 3_346_293, "east": 3_090_594}
    managers = aggregate(workspace, "sales_agent.manager", won)
    best = max(managers, key=lambda name: value(managers[name]))
    assert (best, value(managers[best])) == ("Melvin Marxen", 2_251_930)
    agents = aggregate(workspace, "sales_agent.name", won)
    best = max(agents, key=lambda name: value(agents[name]))
    assert (best, value(agents[best])) == ("Darcel Schlecht", 1_153_214)
    accounts = {name: group for name, group in aggregate(workspace, "account.name", won).items() if name}
    best = max(accounts, key=lambda name: value(accounts[name]))
    assert (best, value(accounts[best])) == ("Kan-code", 341_455)
    assert len(aggregate(workspace, "sales_agent")) == 30
