"""The list page: rows, filters, sums, views, many at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from customary.engine import records
from customary.engine.workspace import Workspace

HTMX = {"HX-Request": "true"}


def ids(html: str) -> list[str]:
    return re.findall(r'name="id" value="([0-9a-f-]{36})"', html)


def test_a_list_shows_the_columns_of_its_first_view(client: TestClient) -> None:
    html = client.get("/deal").text
    assert "<h1>" in html and "Expected close" in html
    assert 0 < len(ids(html)) <= 50


def test_a_filter_is_told_as_a_sentence(client: TestClient) -> None:
    html = client.get("/deal?where=" + quote('amount > 20000 && stage in ["propose", "negotiate"]')).text
    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "Amount over 20,000" in text
    assert "Stage is any of Propose, Negotiate" in text


@pytest.mark.parametrize(
    ("language", "where", "said"),
    [
        ("en", "open", "Open: yes"),
        ("en", "!open", "Open: no"),
        ("en", "open != true", "Open: no"),
        ("zh", "open", "进行中：是"),
        ("el", "!open", "Ανοιχτό: όχι"),
    ],
)
def test_a_yes_or_no_reads_naturally(client: TestClient, language: str, where: str, said: str) -> None:
    client.post("/settings", data={"language": language})
    assert f'<span class="chip-subject">{said}</span>' in client.get("/deal?where=" + quote(where)).text
    form = client.get(f"/deal/filter?at=0&where={quote(where)}", headers=HTMX).text
    assert re.search(r'value="(\w+)" checked', form).group(1) == ("true" if where == "open" else "false")  # type: ignore[union-attr]


def test_an_empty_list_says_what_it_is_for_though_its_view_has_a_filter(signed_in: Callable) -> None:
    nobody = signed_in("sales_rep")
    assert "Open deals" in (html := nobody.get("/deal").text) and ids(html) == []
    assert "No deals yet" in html and "Import a file" in html and "Nothing matches" not in html


def test_a_filter_that_fits_nothing_can_be_cleared(client: TestClient) -> None:
    html = client.get("/deal?q=zzzzzz").text
    assert "Nothing matches" in html and "No deals yet" not in html


def test_a_view_that_is_empty_just_now_says_so_without_talk_of_filters(client: TestClient) -> None:
    html = client.get("/task").text  # my open tasks; none is mine
    assert "Nothing in “My open tasks”" in html and 'href="/task?where="' in html
    assert "Nothing matches" in client.get("/task?where=done+%26%26+title+%3D%3D+%22x%22").text


def test_a_wrong_expression_is_shown_at_its_place_and_no_row_with_it(client: TestClient) -> None:
    html = client.get("/deal?where=" + quote("amountt > 1")).text
    assert "<mark>amountt</mark>" in html
    assert "Did you mean “amount”?" in html
    assert ids(html) == []


@pytest.mark.parametrize(
    ("language", "where", "said"),
    [
        ("el", "amountt > 5", "το «amountt» δεν είναι γνωστό εδώ. Μήπως εννοείτε «amount»;"),
        (
            "el",
            "name + 1",
            "δεν υπάρχει «+» για τιμές τύπου κείμενο και αριθμός. Για να γίνει κείμενο γράψτε",
        ),
        ("zh", "amountt > 5", "这里没有“amountt”。您是指“amount”吗？"),
        ("zh", "name", "这里需要条件，而这是文本。请拿它作比较，例如“!= null”。"),
        ("zh", "name and open", "这里不应有“and”。请写“&&”。"),
        ("zh", 'matches(name, "(")', "“(”不是模式：这个“(”没有闭合"),
    ],
)
def test_a_wrong_expression_is_explained_in_the_language_of_its_writer(
    client: TestClient, language: str, where: str, said: str
) -> None:
    client.post("/settings", data={"language": language})
    html = client.get("/deal?where=" + quote(where)).text
    assert said in unescape(html)
    client.post("/settings", data={"language": "en"})


def test_sorting_turns_the_rows_round(client: TestClient) -> None:
    up, down = (ids(client.get(f"/account?view=all&sort={sort}").text) for sort in ("name", "-name"))
    assert len(up) > 3
    assert up == down[::-1]


def test_rows_follow_by_cursor_and_none_is_shown_twice(client: TestClient, inside) -> None:
    rows = [{"name": f"Account {number:03}"} for number in range(120)]
    inside(records.create_many, "account", rows)
    seen, address = [], "/account?view=all&sort=name"
    while address:
        html = client.get(address, headers=HTMX if seen else {}).text
        seen += ids(html)
        more = re.search(r'class="more" hx-get="([^"]+)"', html)
        address = more.group(1).replace("&amp;", "&") if more else ""
    assert (
        len(seen)
        == len(set(seen))
        == int(re.sub(r"\D", "", client.get("/account/summary?view=all").text.split("record")[0].split(">")[-1]))
    )


def test_the_foot_counts_and_sums_all_rows_of_the_filter(client: TestClient) -> None:
    html = client.get("/deal/summary?where=" + quote("amount > 0")).text
    assert re.search(r"\d+ records", html)
    assert "€" in html


@pytest.mark.parametrize(
    ("figures", "said"),
    [("amount:avg", "Average"), ("amount:max", "Highest"), ("expected_close:min", "Earliest"), ("amount:none", None)],
)
def test_the_foot_tells_the_figure_that_was_chosen(client: TestClient, figures: str, said: str | None) -> None:
    html = client.get(f"/deal/summary?figures={figures}").text
    assert said in html if said else "€" not in html
    assert ("Sum" in html) == figures.startswith("expected")


def test_every_column_of_every_entity_has_a_menu(client: TestClient, workspace: Workspace) -> None:
    for entity in workspace.release.model.entities.values():
        for name in re.findall(r'data-field="(\w+)"', client.get(f"/{entity.name}").text):
            menu = client.get(f"/{entity.name}/head?field={name}", headers=HTMX)
            assert menu.status_code == 200, (entity.name, name)
            for address in re.findall(r'href="([^"]+)"', menu.text):
                assert client.get(address.replace("&amp;", "&")).status_code == 200, address
    assert client.get("/deal/head?field=no_such", headers=HTMX).status_code == 404


def test_a_view_keeps_widths_and_figures(client: TestClient) -> None:
    form = {"label": "Wide", "audience": "me", "widths": "name:300", "figures": "amount:avg"}
    address = client.post("/deal/views", data=form, follow_redirects=False).headers["Location"]
    html = client.get(address).text
    assert 'data-field="name" data-editable width="300"' in html and 'width="160"' in html
    assert "Average" in client.get(address.replace("/deal?", "/deal/summary?")).text


def test_a_chips_form_leads_to_the_filtered_list(client: TestClient) -> None:
    answer = client.get("/deal/filtered?where=&field=amount&operator=>&value=50,000", headers=HTMX)
    assert answer.headers["HX-Push-Url"] == "/deal?where=amount+%3E+50000"


def test_alternatives_are_one_chip_whose_parts_open_alone(client: TestClient) -> None:
    where = quote('stage == "won" || amount > 60000')
    html = client.get(f"/deal?view=all&where={where}").text
    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert "Stage is Won or Amount over 60,000" in text
    form = client.get(f"/deal/filter?view=all&where={where}&at=0.1", headers=HTMX).text
    assert 'name="at" value="0.1"' in form and 'value="60,000"' in form
    both = ids(html)
    assert set(ids(client.get("/deal?view=all&where=" + quote('stage == "won"')).text)) < set(both)


def test_an_alternative_joins_the_chip_it_was_asked_for(client: TestClient) -> None:
    answer = client.get("/deal/filtered?where=open&at=0.or&field=amount&operator=>&value=5", headers=HTMX)
    assert answer.headers["HX-Push-Url"] == "/deal?where=open+%7C%7C+amount+%3E+5"


def test_a_chip_that_cannot_be_read_says_why_in_its_form(client: TestClient) -> None:
    answer = client.get("/deal/filtered?field=amount&operator=>&value=lots", headers=HTMX)
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#filter-menu"
    assert "Amount must be" in " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_a_view_is_saved_shared_and_forgotten(client: TestClient) -> None:
    form = {"label": "Big ones", "audience": "all", "where": "amount > 50000", "columns": "name,amount"}
    answer = client.post("/deal/views", data=form, follow_redirects=False)
    address = answer.headers["Location"]
    html = client.get(address).text
    assert "Big ones" in html and "Amount" in html and "50,000" in html
    id = address.rsplit("=", 1)[1]
    client.post(f"/deal/views/{id}/remove", follow_redirects=False)
    assert "Big ones" not in client.get("/deal").text


def test_a_view_changed_in_another_tab_is_not_written_over_unseen(client: TestClient) -> None:
    form = {"label": "Big ones", "audience": "me", "where": "amount > 50000"}
    id = client.post("/deal/views", data=form, follow_redirects=False).headers["Location"].rsplit("=", 1)[1]
    changed = {"view": id, "where": "amount > 1", "label": "Typed", "audience": "all"}
    seen = re.search(r'name="_seen" value="(\w+)"', client.get(f"/deal?view={id}&where=amount+%3E+1").text)[1]  # type: ignore[index]
    other = {"view": id, "where": "amount > 2", "_seen": seen}
    assert client.post(f"/deal/views/{id}", data=other, headers=HTMX).headers["HX-Redirect"] == f"/deal?view={id}"
    late = client.post(f"/deal/views/{id}", data={**changed, "_seen": seen}, headers=HTMX)
    assert late.status_code == 422 and "changed meanwhile" in late.text and 'value="Typed"' in late.text
    assert 'value="all" checked' in late.text
    assert "2" in client.get(f"/deal?view={id}").text.split("Amount</span>")[1][:80]
    again = re.search(r'name="_seen" value="(\w+)"', late.text)[1]  # type: ignore[index]
    assert client.post(f"/deal/views/{id}", data={**changed, "_seen": again}, headers=HTMX).status_code == 200
    client.post(f"/deal/views/{id}/remove", headers=HTMX)
    gone = client.post(f"/deal/views/{id}", data={**changed, "_seen": again}, headers=HTMX)
    assert gone.status_code == 422 and "removed meanwhile" in gone.headers["HX-Trigger"]


def test_a_view_is_for_me_my_team_or_all(
    client: TestClient, first: Callable[..., Any], inside: Callable[..., Any]
) -> None:
    assert 'value="team"' not in client.get("/deal?where=open&view=all").text
    inside(records.update, "user", first("user", 'email == "ann@example.com"').id, {"team": first("team").id})
    offered = client.get("/deal?where=open&view=all").text
    for audience in ("me", "team", "all"):
        assert f'name="audience" value="{audience}"' in offered
        answer = client.post("/deal/views", data={"label": f"For {audience}", "audience": audience}, headers=HTMX)
        assert f"For {audience}" in client.get(answer.headers["HX-Redirect"]).text


def test_a_view_without_a_name_is_refused(client: TestClient) -> None:
    assert client.post("/deal/views", data={"label": " ", "audience": "me"}).status_code == 422


def test_a_field_is_set_for_many_records_or_for_none(client: TestClient) -> None:
    chosen = ids(client.get("/deal").text)[:3]
    done = client.post("/deal/bulk", data={"id": chosen, "act": "set", "field": "priority", "value": "key"})
    assert "3 records changed" in done.headers["HX-Trigger"]
    assert set(chosen) <= set(ids(client.get("/deal?view=all&where=" + quote('priority == "key"')).text))
    refused = client.post("/deal/bulk", data={"id": chosen, "act": "set", "field": "priority", "value": "no such"})
    assert refused.status_code == 422


def test_two_records_become_one(client: TestClient) -> None:
    chosen = ids(client.get("/contact?view=all").text)[:3]
    refused = client.post("/contact/bulk", data={"id": chosen, "act": "merge"}, headers=HTMX)
    assert refused.status_code == 422 and "Select the two records" in refused.headers["HX-Trigger"]
    done = client.post("/contact/bulk", data={"id": chosen[:2], "act": "merge"}, headers=HTMX)
    assert "stays, with all that led to the other" in done.headers["HX-Trigger"], done.text
    assert max(chosen[:2]) not in ids(client.get("/contact?view=all").text)
    assert "merged this with another record" in client.get(f"/contact/{min(chosen[:2])}").text


def test_who_may_change_them_archives_many_as_well_as_one(signed_in, inside):
    chosen = inside(lambda work: [records.create(work, "account", {"name": name}) for name in ("A", "B")])
    client = signed_in("sales_rep")
    page = client.get("/account").text
    assert ('value="archive"' in page, 'value="merge"' in page) == (True, False)
    archived = client.post("/account/bulk", data={"id": [str(each) for each in chosen], "act": "archive"}, headers=HTMX)
    assert "2 records archived" in archived.headers["HX-Trigger"]
    back = client.post("/account/bulk/restore", params={"id": [str(each) for each in chosen]}, headers=HTMX)
    assert "2 records restored" in back.headers["HX-Trigger"]
    assert client.post("/account/bulk", data={"id": [str(each) for each in chosen], "act": "merge"}).status_code == 403


def test_archived_records_leave_the_list(client: TestClient) -> None:
    chosen = ids(client.get("/task?view=all").text)[:2]
    client.post("/task/bulk", data={"id": chosen, "act": "archive"})
    assert not set(chosen) & set(ids(client.get("/task?view=all").text))


def test_what_was_archived_together_comes_back_by_undo(client: TestClient) -> None:
    chosen = ids(client.get("/task?view=all").text)[:2]
    told = client.post("/task/bulk", data={"id": chosen, "act": "archive"}, headers=HTMX).headers["HX-Trigger"]
    back = client.post(json.loads(told)["toast"]["undo"], headers=HTMX)
    assert "2 records restored" in back.headers["HX-Trigger"]
    assert set(chosen) <= set(ids(client.get("/task?view=all").text))


def test_a_list_is_taken_out_as_it_is_filtered(client: TestClient) -> None:
    answer = client.get("/deal/export?columns=name,amount&where=" + quote("amount > 60000"))
    assert answer.headers["Content-Type"].startswith("text/csv")
    lines = answer.text.splitlines()
    assert len(lines) == 1 + len(ids(client.get("/deal?where=" + quote("amount > 60000")).text))


def test_a_list_is_taken_out_as_it_is_searched(client: TestClient) -> None:
    word = client.get("/deal/export?columns=name").text.splitlines()[1].split()[0]
    found = ids(client.get(f"/deal?q={word}").text)
    lines = client.get(f"/deal/export?columns=name&q={word}").text.splitlines()
    assert 0 < len(found) < len(ids(client.get("/deal").text))
    assert len(lines) == 1 + len(found)


@pytest.mark.parametrize(
    "query",
    [
        "after=nonsense",
        "where=" + quote("('" * 40),
        "sort=%00",
        "view=%F0%9F%92%A9",
        "columns=a,b",
        "q=" + quote("\"'*()"),
        "where=" + "x" * 9000,
    ],
)
def test_a_strange_address_never_breaks_the_list(client: TestClient, query: str) -> None:
    assert client.get(f"/deal?{query}").status_code in (200, 400, 422)


def test_a_link_is_filtered_by_what_was_picked(client: TestClient, first: Callable[..., Any]) -> None:
    account = first("deal").values["account"]
    answer = client.get(f"/deal/filtered?where=&field=account&operator===&value={account}", headers=HTMX)
    assert len(ids(answer.text)) >= 1
    assert "•••" not in answer.text.split("table-scroll")[0]


@pytest.mark.parametrize(
    "where", ['account == "abc"', "account == 1", 'owner in ["x", "y"]', "name in [1, 2]", "amount == true"]
)
def test_a_wrong_value_for_a_kind_is_a_problem_and_no_error(client: TestClient, where: str) -> None:
    answer = client.get("/deal?where=" + quote(where))
    assert answer.status_code == 200
    assert "where-problem" in answer.text


def test_every_field_of_every_entity_has_a_filter_form(client: TestClient, workspace: Workspace) -> None:
    for entity in workspace.release.model.entities.values():
        for field in entity.fields.values():
            answer = client.get(f"/{entity.name}/filter?field={field.name}", headers=HTMX)
            assert answer.status_code == 200, (entity.name, field.name)


@pytest.mark.parametrize("language", ["en", "zh", "el"])
def test_every_view_of_every_entity_is_drawn(client: TestClient, workspace: Workspace, language: str) -> None:
    client.post("/settings", data={"language": language})
    for entity in workspace.release.model.entities.values():
        assert client.get(f"/{entity.name}").status_code == 200, entity.name
        for view in entity.views:
            assert client.get(f"/{entity.name}?view={view}").status_code == 200, (entity.name, view)
            assert client.get(f"/{entity.name}/summary?view={view}").status_code == 200, (entity.name, view)


def test_the_number_of_queries_does_not_grow_with_the_rows(client: TestClient, workspace, inside) -> None:
    def count(address: str) -> int:
        client.get(address)
        asked = []
        listener = lambda *args: asked.append(args[2])  # noqa: E731
        sa.event.listen(workspace.database.engine, "before_cursor_execute", listener)
        client.get(address)
        sa.event.remove(workspace.database.engine, "before_cursor_execute", listener)
        return len(asked)

    few = count("/deal?view=all&where=" + quote("amount > 60000"))
    many = count("/deal?view=all&where=" + quote("amount > 0"))
    assert few == many <= 14
