"""What protects every answer, tried at answers of every sort."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from litestar.testing import TestClient

from customary.cli.log import Lines
from customary.ui.visitor import KNOWN, SESSION, VISITOR, csrf_of

EVIL = "evil.example"
PLACES = ("/", "/deal", "/sign-in", "/nothing", "/no/such/place", "/health", "/api", "/api/deal", "/api/openapi.json",
    "/settings", "/icons.svg", "/metrics", "/mail-opened/x", "/unsubscribe/x", "/static/js/frame.js")  # fmt: skip
WAYS_OUT = (
    "//evil.example", "/\\evil.example", "\\\\evil.example", "/%09/evil.example", "/%0d%0aLocation:%20//evil.example",
    "https://evil.example", "https:evil.example", "/%2fevil.example", "//%0d%0aevil.example", "javascript:evil.example",
    "@evil.example", ".evil.example", "/%5cevil.example", "%2f%2fevil.example",
)  # fmt: skip
WAYS_UP = (
    "/static/../app.py", "/static/..%2f..%2fapp.py", "/static/%2e%2e/%2e%2e/app.py", "/static/js/..%5c..%5capp.py",
    "/static//etc/passwd", "/static/js", "/static/", "/static/js/frame.js%00.css", "/static/vendor/lucide.json",
    "/static/VENDORED.md", "/static/.git/config", "/.git/config", "/.env", "/customary.yaml", "/customary.db",
)  # fmt: skip
POLICY = {
    "default-src": "'none'", "object-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'",
    "form-action": "'self'",
}  # fmt: skip
ALWAYS = {
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp",
}  # fmt: skip


@pytest.fixture
def by_tls(client: TestClient) -> TestClient:
    """The same person, whose browser came by TLS."""
    client.base_url = "https://testserver.local"
    client.cookies.set(f"__Host-{SESSION}", client.cookies[SESSION])
    return client


def test_every_answer_protects_itself(client: TestClient) -> None:
    for place in PLACES:
        told = client.get(place, follow_redirects=False).headers
        assert {name: told.get(name) for name in ALWAYS} == ALWAYS, place
        policy = dict(each.strip().split(" ", 1) for each in told["Content-Security-Policy"].split(";"))
        assert {name: policy[name] for name in POLICY} == POLICY and "unsafe" not in str(policy), place
        assert {"camera=()", "microphone=()"} <= set(told["Permissions-Policy"].split(", ")), place
        shared = "cross-origin" if place.startswith("/mail-opened") else "same-origin"
        assert told.get_list("Cross-Origin-Resource-Policy") == [shared], place
        assert not [name for name in told if name in ("server", "x-powered-by") or "allow-origin" in name], place


def test_every_answer_says_what_it_is(client: TestClient) -> None:
    for place in PLACES:
        answer = client.get(place, follow_redirects=False)
        kind = answer.headers.get("Content-Type", "")
        assert kind or not answer.content, place
        assert "charset=utf-8" in kind.lower() or not kind.startswith("text/"), place


def test_passwords_are_typed_unseen_and_may_be_pasted(client: TestClient) -> None:
    pages = client.get("/settings").text
    client.cookies.clear()
    pages += client.get("/sign-in").text
    asked = re.findall(r'<input[^>]* name="(?:old|new|password)"[^>]*>', pages)
    assert len(asked) == 3
    for each in asked:
        assert 'type="password"' in each and re.search(r'autocomplete="(current|new)-password"', each), each
        assert "paste" not in each and "maxlength" not in each, each


def test_what_shows_data_is_kept_by_no_cache(client: TestClient) -> None:
    for place in ("/", "/deal", "/deal/export", "/api/deal", "/nothing", "/sign-in", "/settings"):
        for headers in ({}, {"HX-Request": "true"}):
            told = client.get(place, headers=headers, follow_redirects=False).headers
            assert told.get_list("Cache-Control") == ["no-store"], place


def test_by_tls_the_browser_is_told_to_come_by_nothing_else(client: TestClient, by_tls: TestClient) -> None:
    told = by_tls.get("/deal").headers["Strict-Transport-Security"]
    assert int(re.search(r"max-age=(\d+)", told)[1]) >= 31_536_000 and "includeSubDomains" in told
    assert "Strict-Transport-Security" not in client.get("http://testserver.local/deal").headers


def test_by_tls_cookies_are_this_hosts_alone(client: TestClient, by_tls: TestClient) -> None:
    assert by_tls.get("/deal", follow_redirects=False).status_code == 200
    client.cookies.clear()
    del client.headers["X-CSRF-Token"]
    given = client.get("/sign-in").headers.get_list("set-cookie")
    token = re.search(rf"__Host-{VISITOR}=([^;]+)", given[0])[1]
    form = {"email": "ann@example.com", "password": "right horse battery", "_csrf": csrf_of(token)}
    given += client.post("/sign-in", data=form, follow_redirects=False).headers.get_list("set-cookie")
    assert {each.partition("=")[0] for each in given} == {f"__Host-{name}" for name in (VISITOR, SESSION, KNOWN)}
    for each in given:
        flags = {flag.strip().lower() for flag in each.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= flags and not any("domain" in flag for flag in flags)


def test_by_tls_a_cookie_that_a_neighbour_set_opens_nothing(client: TestClient) -> None:
    client.base_url = "https://testserver.local"
    assert client.get("/deal", follow_redirects=False).status_code == 303


def test_what_a_request_says_of_its_host_stands_in_no_answer(client: TestClient) -> None:
    lies = {"Host": EVIL, "X-Forwarded-Host": EVIL, "Forwarded": f"host={EVIL}", "X-Original-URL": f"//{EVIL}"}
    for place in PLACES:
        answer = client.get(place, headers=lies, follow_redirects=False)
        assert EVIL not in answer.text and EVIL not in str(answer.headers), place


def test_a_host_that_none_is_called_is_refused(client: TestClient) -> None:
    for host in ('<a href="javascript:x">', "a b", "evil.example/x", "evil.example\\@x", "x:y", "[::1", "é", "a,b"):
        for place in ("/deal", "/api/deal", "/nothing"):
            assert client.get(place, headers={"Host": host.encode()}).status_code == 400, (host, place)
    for host in ("localhost", "crm.example.com:8000", "[::1]:8000", "192.0.2.1"):
        assert client.get("/health", headers={"Host": host}).status_code == 200, host


def test_no_way_leads_out_of_the_house(client: TestClient) -> None:
    """Followed as a browser does, which takes a backslash for a stroke."""
    for door in ("/sign-in?next=", "/language/el?next="):
        for way in WAYS_OUT:
            for wanted in (way, way.replace("%", "%25"), quote(way)):
                answer = client.get(door + wanted, follow_redirects=False)
                (led,) = answer.headers.get_list("location")
                assert answer.url.join(led.replace("\\", "/")).host == "testserver.local", door + wanted


def test_what_is_typed_opens_no_header_of_its_own(client: TestClient) -> None:
    name = "a\r\nSet-Cookie: evil=1\r\n\r\n<script>"
    made = client.post("/deal/new", data={"name": name, "_back": "/deal\r\nSet-Cookie: evil=1"}, follow_redirects=False)
    assert "evil" not in made.cookies and made.headers.get("location", "/deal").startswith("/deal")
    for header in ("HX-Current-URL", "Referer", "Accept-Language", "User-Agent", "If-None-Match"):
        assert "evil" not in client.get("/deal", headers={header: "x\tSet-Cookie: evil=1"}).cookies


def test_no_way_leads_to_other_files(client: TestClient) -> None:
    for path in WAYS_UP:
        assert client.get(path).status_code == 404, path


def test_what_was_sent_is_never_run(client: TestClient, tmp_path: Path) -> None:
    """Files lie in a folder that no address leads into, and whatever they hold comes back as it was, to be saved."""
    for name in ("run.py", "run.php", "run.html", "run.svg", "run.sh"):
        held = f"<?php touch('{tmp_path}/ran') ?>\n<script>alert(1)</script>\n{{{{ 7 * 7 }}}}\n".encode()
        made = client.post("/api/files", files={"file": (name, held, "text/plain")})
        assert made.status_code == 201, made.text
        given = client.get(f"/api/file/{made.json()['id']}")
        assert given.content == held and given.headers["Content-Disposition"].startswith("attachment"), name
    store = tmp_path / "workspace" / "files"
    kept = [path for path in store.rglob("*") if path.is_file()]
    assert kept and not any(path.suffix or path.stat().st_mode & 0o111 for path in kept)
    for path in kept:
        inside = path.relative_to(store.parent).as_posix()
        assert client.get(f"/{inside}").status_code == 404 and client.get(f"/static/../{inside}").status_code == 404


def test_who_tries_what_they_may_not_is_written_down(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    client.post("/settings", data={"_csrf": "forged"}, headers={"X-CSRF-Token": ""})
    told = [each.getMessage() for each in caplog.records if each.name == "customary.security"]
    assert told == ["POST /settings refused (403) to testclient"]


def test_what_no_rule_takes_is_written_down_without_what_was_sent(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "customary.security")
    client.post("/deal/new", data={"name": "Typed", "amount": "much-secret"})
    client.post("/api/deal", json={"name": "Typed", "stage": "won'; DROP TABLE"})
    client.post("/api/deal", content=b"{secret", headers={"Content-Type": "application/json"})
    told = [each for each in caplog.records if each.name == "customary.security"]
    assert [each.levelname for each in told] == ["INFO"] * 3
    who = told[0].args[-1]
    assert [each.getMessage() for each in told] == [
        f"POST /{{entity}}/new refused (422) to {who}",
        f"POST /api/{{entity}} refused (422) to {who}",
        "POST /api/{entity} refused (400) to testclient",
    ]


def test_who_signs_out_leaves_nothing_in_the_browser(client: TestClient) -> None:
    answer = client.post("/sign-out", follow_redirects=False)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_no_method_does_more_than_it_says(client: TestClient) -> None:
    for method in ("TRACE", "TRACK", "CONNECT", "PROPFIND", "DEBUG"):
        assert client.request(method, "/deal").status_code in (403, 404, 405), method
    assert client.request("POST", "/deal", headers={"X-HTTP-Method-Override": "DELETE"}).status_code in (404, 405)


def test_what_breaks_tells_neither_the_reader_nor_the_log_what_was_typed(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("customary.engine.people.invitations.whose", broken)
    with caplog.at_level(logging.DEBUG):
        answer = client.get("/sign-in/password/known-secret%0aforged?q=another-secret")
    assert answer.status_code == 500 and "ZeroDivision" not in answer.text
    told = "".join(map(Lines().format, filter(lambda each: each.name == "customary.web", caplog.records)))
    assert "ZeroDivisionError" in told and "-secret" not in told and "forged" not in told
