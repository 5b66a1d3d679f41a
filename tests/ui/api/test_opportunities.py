"""A real export of another CRM, imported from the command line, answers over the API to the digit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from litestar.testing import TestClient

from customary.cli import main
from customary.engine.workspace import Workspace

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data" / "crm-sales-opportunities"
COUNTRIES = (
    "office_location=address.country",
    "office_location:Korea=South Korea",
    "office_location:Philipines=Philippines",
)
FILES = (
    ("sales_agent", "sales_teams.csv", ("sales_agent=name", "regional_office=office")),
    ("account", "accounts.csv", ("account=name", "revenue=annual_revenue", *COUNTRIES)),
    ("product", "products.csv", ("product=name", "sales_price=price")),
)
DEALS = ("opportunity", "sales_pipeline.csv", ("opportunity_id=code", "deal_stage=stage"))

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the data set is not beside the project")


@pytest.fixture
def api_workspace(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """The house's workspace with its four files, brought in as a consultant would."""
    folder = tmp_path / "opportunities"
    shutil.copytree(ROOT / "tests" / "fixtures" / "opportunities", folder)
    monkeypatch.setenv("CUSTOMARY_DATABASE", database_url)
    assert customary("apply", str(folder), "--yes") == 0
    for file in FILES:
        assert bring_in(folder, *file) == 0
    assert bring_in(folder, *DEALS) == 1
    entity, name, maps = DEALS
    assert bring_in(folder, entity, name, (*maps, "product:GTXPro=GTX Pro")) == 0
    workspace = Workspace.open(folder)
    yield workspace
    workspace.close()


def bring_in(folder: Path, entity: str, name: str, maps: tuple[str, ...]) -> int:
    told = [part for each in maps for part in ("--map", each)]
    return customary("import", entity, str(DATA / name), "--workspace", str(folder), *told, "--yes")


def customary(*arguments: str) -> int:
    return CliRunner().invoke(main, arguments).exit_code


def test_the_counted_answers_come_over_the_api(api: TestClient):
    def groups(group: str = "", where: str = "") -> dict:
        asked = (
            {"sum": "value", "count": "*"} | ({"group": group} if group else {}) | ({"where": where} if where else {})
        )
        return {
            next(iter(each["key"].values()), None): (each["count"], each["sum"]["value"])
            for each in api.get("/api/opportunity/aggregate", params=asked).json()["groups"]
        }

    def won(amount: int) -> dict:
        return {"amount": f"{amount}.00", "currency": "USD"}

    def best(group: str) -> tuple:
        found = groups(group, 'outcome == "won"')
        return max(((name, total["amount"]) for name, (_, total) in found.items()), key=lambda pair: float(pair[1]))

    assert {stage: count for stage, (count, _) in groups("stage").items()} == {
        "won": 4238, "lost": 2473, "engaging": 1589, "prospecting": 500,
    }  # fmt: skip
    assert groups(where='outcome == "won"')[None] == (4238, won(10_005_534))
    offices = groups("sales_agent.office", 'outcome == "won"')
    assert {office: total for office, (_, total) in offices.items()} == {
        "west": won(3_568_647), "central": won(3_346_293), "east": won(3_090_594),
    }  # fmt: skip
    assert best("sales_agent.name") == ("Darcel Schlecht", "1153214.00")
    assert best("sales_agent.manager") == ("Melvin Marxen", "2251930.00")
    assert best("account.name") == ("Kan-code", "341455.00")
    assert api.get("/api/opportunity?where=account == null&count=exact&limit=1").json()["count"] == 1425
