"""Dashboards as pages: whom they are shown to, and where their figures lead."""

from __future__ import annotations

import html
import re

from customary.engine import people, records

BOB = "bob@example.com"


def test_each_figure_leads_to_a_list_with_its_filter(client, inside):
    page = client.get("/dashboards/sales")
    assert page.status_code == 200 and "style=" not in page.text.partition("<main")[2]
    links = {html.unescape(each) for each in re.findall(r'href="(/(?:deal|lead)\?[^"]+)"', page.text)}
    assert len(links) > 15
    for each in sorted(links)[::5]:
        assert client.get(each).status_code == 200
    source = next(each for each in links if "source+%3D%3D+%22website%22" in each)
    count = inside(
        lambda work: records.aggregate(work, "deal", where=records.compile_where(work, "deal", 'source == "website"'))
    )
    assert f"{count[0].count} record" in client.get(source.replace("/deal?", "/deal/summary?")).text


def test_a_dashboard_is_shown_by_roles_and_by_nothing_else(signed_in, client, workspace, inside):
    path = workspace.directory / "schemas" / "barred.yaml"
    path.write_text(
        "role: barred\ndeny: true\ndashboards: [sales]\n---\nrole: lookless\nentities: {deal: {read: all}}\n"
    )
    workspace.apply(by="test")
    bob = signed_in("sales_rep")
    for roles, status in ((["sales_rep"], 200), (["lookless"], 404), (["sales_rep", "barred"], 404)):
        inside(lambda work, roles=roles: people.set_roles(work, people.find(work.connection, BOB).user_id, roles))
        assert bob.get("/dashboards/sales").status_code == status
        assert ('href="/dashboards/sales"' in bob.get("/").text) is (status == 200)
    for name in ("nothing", "%00", "Zebra\u7384"):
        assert client.get(f"/dashboards/{name}").status_code == 404


def test_the_table_of_a_role_shows_its_dashboards_and_writes_them(client, workspace):
    box = '<input type="checkbox" name="dashboards" value="sales" checked>'
    assert box in client.get("/settings/roles/sales_rep").text
    client.post("/settings/roles/sales_rep", data={"has.dashboards": "yes"})
    assert (workspace.directory / "schemas" / "roles.yaml").read_text() == "role: sales_rep\ndashboards: []\n"


def test_what_a_role_hides_is_said_to_be_hidden(client, signed_in, workspace):
    path = workspace.directory / "schemas" / "near.yaml"
    path.write_text("role: near\nentities: {deal: {read: all, fields: {amount: hidden}}}\ndashboards: [sales]\n")
    workspace.apply(by="test")
    page = signed_in("near").get("/dashboards/sales").text
    # Won, open and expected amounts, the funnel, the line and the largest; and leads, which they may not read.
    assert page.count("tile-closed") == 7 and "€" not in page.partition("<main")[2]
