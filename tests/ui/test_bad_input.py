"""Whatever a browser can be made to send, a page answers it: never with a 500."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

FEW = settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
HARD = (
    b"\x00", b"\xff\xfe", "\ud800".encode("utf-8", "surrogatepass"), b"' OR 1=1 --", b"<script>alert(1)</script>",
    b"{{ 7*7 }}", b"../../etc/passwd", b"9" * 400, b"-1", b"1e999", b"(" * 3000, b"a" * 7000, "ß漢".encode() * 500,
)  # fmt: skip
HEADERS = ("Accept-Language", "HX-Current-URL", "Cookie", "If-None-Match", "Range", "X-CSRF-Token")
AWAY = ("//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example", "javascript:'evil.example'")
PAGES = ("/", "/deal", "/deal?view=board", "/search", "/settings", "/workflows", "/inbox", "/import", "/deal/new")
NAMES = ("view", "where", "sort", "columns", "text", "q", "after", "limit", "next", "page", "stage", "account", "field")


def test_hard_texts_in_an_address_are_answered(client: TestClient):
    for page in PAGES:
        for name in NAMES:
            for text in HARD:
                address = f"{page}{'&' if '?' in page else '?'}{name}={quote(text)}"
                assert client.get(address, follow_redirects=False).status_code < 500, address[:200]


@FEW
@given(raw=st.binary(max_size=40))
def test_any_bytes_as_a_path_are_answered(client: TestClient, raw: bytes):
    sent = quote(raw, safe="")
    for path in (f"/{sent}", f"/deal/{sent}", f"/deal/{sent}/edit", f"/workflows/{sent}", f"/static/{sent}"):
        assert client.get(path, follow_redirects=False).status_code < 500, path


@FEW
@given(body=st.binary(max_size=300))
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])
def test_any_bytes_as_a_form_are_answered(client: TestClient, kind: str, body: bytes):
    for path in ("/sign-in", "/deal/new", "/settings", "/import", "/deal/views"):
        answer = client.post(path, content=body, headers={"Content-Type": kind}, follow_redirects=False)
        assert answer.status_code < 500, (path, body)


@FEW
@given(value=st.binary(max_size=60))
@pytest.mark.parametrize(
    "name", ["Accept-Language", "HX-Current-URL", "Cookie", "If-None-Match", "Range", "X-CSRF-Token"]
)
def test_any_bytes_in_a_header_are_answered(client: TestClient, name: str, value: bytes):
    sent = bytes(byte for byte in value if 32 <= byte < 127 or byte > 127)
    for path in ("/", "/deal", "/sign-in", "/nothing"):
        headers = {name: sent, "HX-Request": "true"}
        assert client.get(path, headers=headers, follow_redirects=False).status_code < 500


def test_a_redirect_after_signing_in_stays_in_the_house(client: TestClient):
    for place in AWAY:
        page = client.get("/sign-in", params={"next": place}, follow_redirects=False)
        assert "evil.example" not in page.headers.get("Location", "")
