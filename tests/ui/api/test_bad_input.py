"""Any bytes at all, in every place where a caller can put some, give a clear answer and leave nothing half done."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

DATA = Path(__file__).parents[4] / "shared" / "data"
FEW = settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
HARD = (
    "\x00", "a\x00b", "\ud800", "\uffff", "' OR 1=1 --", "=cmd|'/C calc'!A0", "<script>alert(1)</script>", "{{ 7*7 }}",
    "${7*7}", "%s%n", "../../etc/passwd", "9" * 400, "-1e999", "NaN", "[" * 5000, "(" * 5000 + ")" * 5000, "ß" * 70000,
)  # fmt: skip
NAUGHTY = [
    path
    for folder in ("naughty-strings", "payloads")
    for path in sorted((DATA / folder).rglob("*"))
    if path.suffix in (".txt", ".csv")
]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)


def test_hard_texts_in_the_address_are_answered(api: TestClient):
    for text in HARD:
        sent = quote(text.encode("utf-8", "surrogatepass"))
        for name in ("where", "sort", "fields", "after", "limit", "count", "text", "group", "sum"):
            for path in ("/api/deal", "/api/deal/aggregate"):
                answer = api.get(f"{path}?{name}={sent[:8000]}")
                assert answer.status_code < 500, (path, name, text[:40], answer.text)


@FEW
@given(body=st.binary(max_size=400))
def test_any_bytes_as_a_body_are_answered(api: TestClient, body: bytes):
    for method, path in (("POST", "/api/deal"), ("POST", "/api/account/bulk"), ("PATCH", "/api/account/x")):
        assert 400 <= api.request(method, path, content=body).status_code < 500


@FEW
@given(raw=st.binary(max_size=60))
def test_any_bytes_in_the_address_are_answered(api: TestClient, raw: bytes):
    sent = quote(raw, safe="")
    for path in (f"/api/deal?where={sent}", f"/api/deal?after={sent}", f"/api/{sent}", f"/api/deal/{sent}"):
        assert api.get(path).status_code < 500


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
FIELDS = (
    "name",
    "account",
    "amount",
    "expected_close",
    "lines",
    "contacts",
    "stage",
    "owner",
    "discount",
    "tags",
    "id",
)


@FEW
@given(values=st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=6))
def test_any_json_as_values_is_taken_whole_or_not_at_all(api: TestClient, values: dict):
    before = api.get("/api/deal?count=exact").json()["count"]
    answer = api.post("/api/deal", content=json.dumps(values).encode("utf-8", "surrogatepass"))
    assert answer.status_code in (201, 400, 422), answer.text
    assert api.get("/api/deal?count=exact").json()["count"] == before + (answer.status_code == 201)


@pytest.mark.skipif(not NAUGHTY, reason="the collection of naughty strings is not beside the project")
def test_naughty_strings_come_back_as_they_went_in_or_are_refused(api: TestClient):
    lines = {line for path in NAUGHTY for line in path.read_text("utf-8", "replace").splitlines() if line.strip()}
    items = [{"name": line[:200], "description": line} for line in sorted(lines)][:3000]
    answer = api.post("/api/account/bulk?skip_bad=true", content=json.dumps({"items": items}).encode())
    told = answer.json()["items"]
    assert answer.status_code == 200
    assert len(told) == len(items)
    kept = [(item, each["id"]) for item, each in zip(items, told, strict=True) if each["status"] == 201]
    assert len(kept) > len(items) * 0.9
    for item, identifier in kept[::25]:
        assert api.get(f"/api/account/{identifier}").json()["name"].split() == item["name"].split()
