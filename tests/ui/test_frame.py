"""The frame: who gets in, what protects a page, what happens when something is wrong."""

from __future__ import annotations

import json
import re
from uuid import UUID

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from customary.engine.releases.release import rows
from customary.engine.workspace import Workspace
from customary.ui.frame import hue_of
from customary.ui.people.sign_in import safe_path
from customary.ui.web.security import SIGNED

EMAIL, PASSWORD = "ann@example.com", "right horse battery"


@pytest.fixture
def stranger(workspace, app_of):
    with TestClient(app_of(workspace)) as client:
        yield client


def token_in(html: str) -> str:
    return re.search(r'name="_csrf" value="([^"]+)"', html).group(1)


def test_a_stranger_is_led_to_the_sign_in_and_back(stranger: TestClient) -> None:
    answer = stranger.get("/deal?view=board", follow_redirects=False)
    assert answer.headers["Location"] == "/sign-in?next=%2Fdeal%3Fview%3Dboard"


def test_a_change_by_nobody_leads_to_the_sign_in_and_back_to_its_page(stranger: TestClient) -> None:
    at = {"Referer": "http://testserver.local/deal/new?account=1"}
    answer = stranger.post("/deal/new", data={"name": "x"}, headers=at, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=%2Fdeal%2Fnew%3Faccount%3D1")


@pytest.mark.parametrize("verb", ["get", "post"])
def test_a_part_of_a_page_is_told_that_nobody_is_signed_in(stranger: TestClient, verb: str) -> None:
    asked = {"HX-Request": "true", "HX-Current-URL": "http://testserver.local/deal?view=board"}
    answer = getattr(stranger, verb)("/deal/bulk", headers=asked)
    assert answer.status_code == 401 and answer.text == ""
    assert json.loads(answer.headers["HX-Trigger"]) == {"signedout": {"to": "/sign-in?next=%2Fdeal%3Fview%3Dboard"}}


def test_an_open_page_learns_the_token_of_a_new_session(client: TestClient, stranger: TestClient) -> None:
    assert client.get("/sign-in/token").text == token_in(client.get("/settings").text)
    assert stranger.get("/sign-in/token").text == ""


def test_signing_in_and_out(stranger: TestClient) -> None:
    form = {"email": EMAIL, "password": PASSWORD, "next": "/deal", "_csrf": token_in(stranger.get("/sign-in").text)}
    answer = stranger.post("/sign-in", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/deal")
    assert "httponly" in answer.headers["set-cookie"].lower()
    page = stranger.get("/deal")
    assert page.status_code == 200
    stranger.post("/sign-out", data={"_csrf": token_in(page.text)})
    assert stranger.get("/deal", follow_redirects=False).status_code == 303


def test_a_session_in_use_is_noted_once_in_a_while_and_not_at_every_request(client: TestClient, workspace) -> None:
    asked = []
    listener = lambda *args: asked.append(args[2])  # noqa: E731
    sa.event.listen(workspace.database.engine, "before_cursor_execute", listener)
    for _ in range(4):
        client.get("/deal")
    sa.event.remove(workspace.database.engine, "before_cursor_execute", listener)
    assert len([each for each in asked if each.startswith("UPDATE customary_session")]) == 1


def test_nothing_changes_anything_without_the_token_of_the_visitor(client: TestClient) -> None:
    del client.headers["X-CSRF-Token"]
    asked = [
        (method, _filled(route.path))
        for route in client.app.routes
        for method in sorted(route.methods - {"GET", "HEAD", "OPTIONS"})
    ]
    answers = {(method, path): client.request(method, path, follow_redirects=False) for method, path in asked}
    assert len(answers) > 30
    others = {each: answer.status_code for each, answer in answers.items() if answer.status_code != 403}
    # Nobody is signed in there: what is called is signed, or known to its receiver alone.
    assert {path: code for (_, path), code in others.items() if not path.startswith(SIGNED)} == {}
    assert set(others.values()) <= {404}


def _filled(path: str) -> str:
    """A route's path with something that fits each of its holes."""
    fitting = {"uuid": str(UUID(int=7)), "int": "7"}
    return re.sub(r"{(\w+):(\w+)}", lambda hole: fitting.get(hole[2], "deal"), path)


def test_a_wrong_password_says_so_and_keeps_the_address(stranger: TestClient) -> None:
    form = {"email": EMAIL, "password": "wrong", "_csrf": token_in(stranger.get("/sign-in").text)}
    answer = stranger.post("/sign-in", data=form)
    assert answer.status_code == 422
    assert f'value="{EMAIL}"' in answer.text
    assert "do not belong together" in answer.text


def test_a_form_of_another_site_is_refused(stranger: TestClient, client: TestClient) -> None:
    assert stranger.post("/sign-in", data={"email": EMAIL, "password": PASSWORD}).status_code == 403
    client.headers.pop("X-CSRF-Token")
    assert client.post("/settings", data={"language": "zh"}).status_code == 403
    assert client.post("/settings", data={"language": "zh", "_csrf": "wrong"}).status_code == 403


@pytest.mark.parametrize("wanted", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\nb"])
def test_signing_in_never_leads_to_another_site(wanted: str) -> None:
    assert safe_path(wanted) == "/"


def test_every_answer_carries_the_policy_and_no_inline_style(client: TestClient) -> None:
    for address in ("/", "/deal", "/deal?view=board", "/deal/new", "/settings", "/search", "/sign-in", "/nothing"):
        answer = client.get(address)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "default-src 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert " style=" not in answer.text, address
        assert not re.search(r"\son[a-z]+=", answer.text), address


def test_nothing_there_and_nothing_allowed_have_pages_of_their_own(client: TestClient) -> None:
    missing = client.get("/no_such_entity")
    assert missing.status_code == 404
    assert "There is nothing here" in missing.text
    assert client.get("/no/such/place/at/all").status_code == 404


def test_a_broken_page_tells_nothing_of_its_inside(workspace, client: TestClient, monkeypatch) -> None:
    monkeypatch.setattr("customary.ui.home._home", lambda *_: 1 / 0)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.text
    assert "ZeroDivisionError" not in answer.text and "Traceback" not in answer.text


def test_static_files_are_kept_for_ever_under_their_hash(client: TestClient) -> None:
    address = re.search(r'href="(/static/css/tokens\.css\?v=\w+)"', client.get("/").text).group(1)
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "--accent" in answer.text
    assert "immutable" not in client.get(address.split("?")[0]).headers["Cache-Control"]
    assert client.get("/static/../app.py").status_code == 404


def test_the_sprite_holds_every_icon_that_a_page_uses(client: TestClient) -> None:
    drawn = set(re.findall(r'id="i-([a-z0-9-]+)"', client.get("/icons.svg").text))
    for address in ("/", "/deal", "/deal?view=board", "/deal/new", "/settings", "/search"):
        used = set(re.findall(r"#i-([a-z0-9-]+)", client.get(address).text))
        assert used - drawn == set(), address
        assert "square-dashed" not in used, address


def test_the_process_says_that_it_lives_and_is_ready(stranger: TestClient) -> None:
    assert stranger.get("/health").text == "ok\n"
    assert stranger.get("/ready").text == "ready: release 1\n"


def test_a_process_says_which_release_it_cannot_use_and_serves_the_one_before(
    stranger: TestClient, workspace: Workspace
) -> None:
    assert stranger.get("/ready").text == "ready: release 1\n"
    with workspace.database.write() as connection:
        row = dict(connection.execute(sa.select(rows)).mappings().one())
        connection.execute(rows.insert(), {**row, "number": 2, "definitions": [{**row["definitions"][0], "text": "?"}]})
    workspace.releases._checked_at = 0
    answer = stranger.get("/ready")
    assert (answer.status_code, answer.text) == (200, "ready: release 1; release 2 cannot be used\n")
    assert stranger.get("/sign-in").status_code == 200


def test_a_process_says_that_its_database_does_not_answer(stranger: TestClient, workspace: Workspace) -> None:
    with workspace.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE customary_release")
    answer = stranger.get("/ready")
    assert (answer.status_code, answer.text) == (503, "not ready: the database does not answer\n")


@pytest.mark.parametrize(("accent", "hue"), [(None, None), ("210", 210), ("#ff0000", 29), ("blue; }", None)])
def test_an_accent_is_a_hue(accent: str | None, hue: int | None) -> None:
    assert hue_of(accent) == hue
