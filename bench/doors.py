"""The doors by which a text comes in: fields, filters, addresses, headers, file names, cells of imported files."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import httpx
import sqlalchemy as sa

from customary.engine.fields import Field
from customary.engine.workspace import Workspace

HEADERS = (
    "Accept-Language", "User-Agent", "Referer", "HX-Current-URL", "HX-Target", "If-None-Match", "If-Match", "Range",
    "X-CSRF-Token", "Authorization", "Idempotency-Key", "Cookie", "X-Forwarded-For", "Host", "Content-Type",
)  # fmt: skip
IN_LISTS = ("where", "sort", "columns", "q", "view", "after", "text", "group", "at", "limit")
IN_API = ("where", "sort", "fields", "after", "limit", "count", "text", "group", "sum", "archived")
OPERATORS = ("==", "!=", "<", ">=", "between", "in", "has", "contains", "starts_with", "empty", "nonsense")
Answers = Iterator[tuple[str, Any]]


@dataclass(frozen=True)
class House:
    """Somebody signed in before a workspace, and the fields of the entity `thing` that a text is put into."""

    client: Any
    fields: Mapping[str, Field]
    chance: random.Random


def through(house: House, text: str, doors: int) -> Answers:
    """What so many of the doors answer to a text, each with what was asked."""
    for door in house.chance.sample(DOORS, doors):
        yield from door(house, text)


def _fields_by_api(house: House, text: str) -> Answers:
    for name in house.fields:
        yield f"API, field {name}", _post_json(house, "/api/thing", {"name": "x", name: text})
    yield "API, any name", _post_json(house, "/api/thing", {"name": text, text: text})
    yield "API, in bulk", _post_json(house, "/api/thing/bulk", {"items": [{"name": text}, {text: text}]})


def _fields_by_form(house: House, text: str) -> Answers:
    whole = {"name": text, "_back": text, "_revision": text, "_changed": text}
    for name, field in house.fields.items():
        whole |= _typed(name, field, text)
    name, field = house.chance.choice([*house.fields.items()])
    yield "form, all fields", house.client.post("/thing/new", data=_clean(whole), follow_redirects=False)
    yield "form, redrawn", house.client.post("/thing/form", data=_clean(whole))
    one = _clean({"name": text, **_typed(name, field, text)})
    made = house.client.post("/thing/new", data=one, follow_redirects=False)
    yield f"form, field {name}", made
    if made.status_code == 303 and made.headers["location"].startswith("/thing/"):
        yield f"page of a record with it in {name}", house.client.get(made.headers["location"])


def _typed(name: str, field: Field, text: str) -> dict[str, str]:
    parts = {f"{name}.{part}" if part else name: text for part in field.inputs}
    return {**parts, f"{name}.here": "1", f"{name}.text": text}


def _filters(house: House, text: str) -> Answers:
    for name in house.fields:
        operator = house.chance.choice(OPERATORS)
        asked = {"field": name, "operator": operator, "value": [text, text]}
        yield f"filter, {name} {operator}", _get(house, "/thing/filtered", asked, {"HX-Request": "true"})
        where = f"{name} {house.chance.choice(('==', '<', '!='))} {json.dumps(text)}"
        yield f"API, where {name}", _get(house, "/api/thing", {"where": where})


def _addresses(house: House, text: str) -> Answers:
    for name in IN_LISTS:
        yield f"list, {name}", _get(house, "/thing", {name: text, "columns": "name," + ",".join(house.fields)})
    for name in IN_API:
        yield f"API, {name}", _get(house, "/api/thing", {name: text})
        yield f"API, aggregate {name}", _get(house, "/api/thing/aggregate", {name: text})
    for place in ("/search", "/inbox", "/workflows", "/messages", "/audit", "/settings/people", "/thing/export"):
        yield place, _get(house, place, {"q": text, "text": text, "status": text, "next": text, "page": text})
    whole = {"email": text, "password": text, "next": text, "code": text, "ticket": text}
    yield "sign-in", house.client.post("/sign-in/code", data=_clean(whole), follow_redirects=False)


def _paths(house: House, text: str) -> Answers:
    for path in ("/{}", "/thing/{}", "/api/{}", "/api/thing/{}", "/static/{}", "/file/{}", "/unsubscribe/{}",
                 "/sign-in/password/{}", "/mail-link/{}/0", "/workflows/{}", "/settings/roles/{}"):  # fmt: skip
        yield f"path {path}", _get(house, path.format(_quoted(text[:2000])), {})


def _headers(house: House, text: str) -> Answers:
    sent = bytes(sign for sign in text.encode("utf-8", "replace")[:4000] if sign >= 32 and sign != 127) or b"x"
    for name in HEADERS:
        for place in ("/thing", "/api/thing"):
            yield f"header {name}", house.client.get(place, headers={name: sent}, follow_redirects=False)


def _file_names(house: House, text: str) -> Answers:
    name = _form(text)[:500] or "x"
    sent = house.client.post("/api/files", files={"file": (name, _form(text).encode() or b"x", "image/png")})
    yield "file name, API", sent
    if sent.status_code == 201:
        yield "file of a record", _post_json(house, "/api/thing", {"name": "x", "a_file": sent.json()})
        yield "content of a file", house.client.get(f"/file/{sent.json()['id']}")
    yield "file name, import", _imported(house, name, b"a,b\n1,2")


def _cells(house: House, text: str) -> Answers:
    """A table with the text in each of its columns, guessed at and tried."""
    table = io.StringIO()
    csv.writer(table).writerows([["name", *house.fields, text], [text] * (len(house.fields) + 2)])
    sent = _imported(house, "a.csv", _form(table.getvalue()).encode())
    yield "import", sent
    if sent.status_code == 303:
        place = sent.headers["location"]
        yield "import, its columns", house.client.get(place)
        yield "import, tried", house.client.post(place, data={"column-0": "name", "column-1": _form(text)})


def _imported(house: House, name: str, data: bytes) -> Any:
    sent = {"file": (name, data)}
    return house.client.post("/import", data={"entity": "thing"}, files=sent, follow_redirects=False)


DOORS: tuple[Callable[[House, str], Answers], ...] = (
    _fields_by_api, _fields_by_form, _filters, _addresses, _paths, _headers, _file_names, _cells,
)  # fmt: skip


def _get(house: House, path: str, asked: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Any:
    pairs = [(name, each) for name, given in asked.items() for each in (given if isinstance(given, list) else [given])]
    query = "&".join(f"{name}={_quoted(each[:4000])}" for name, each in pairs)
    return house.client.get(f"{path}?{query}" if query else path, headers=headers or {}, follow_redirects=False)


def _post_json(house: House, path: str, body: Mapping[str, Any]) -> Any:
    content = json.dumps(body).encode()
    return house.client.post(path, content=content, headers={"Content-Type": "application/json"})


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))


def _form(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _clean(pairs: Mapping[str, str]) -> dict[str, str]:
    return {name: _form(text) for name, text in pairs.items()}


# What must not have come of it --------------------------------------------------------------------


class Obeyed(HTMLParser):
    """What a browser would obey in a page, and no page of ours holds."""

    PLACES = frozenset({"href", "src", "action", "formaction", "data", "xlink:href", "hx-get", "hx-post", "hx-put"})
    OPENS = frozenset({"base", "embed", "frame", "iframe", "object"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: (value or "").strip() for name, value in attrs}
        if tag in self.OPENS or (tag == "script" and not given.get("src", "").startswith("/static/")):
            self.found.append(f"<{tag}>")
        for name, value in given.items():
            runs = name in self.PLACES and value.lower().startswith(("javascript:", "vbscript:", "data:text"))
            if name.startswith(("on", "hx-on", "hx-vals", "srcdoc")) or name == "style" or runs:
                self.found.append(f"<{tag} {name}={value[:40]!r}>")


def wrong_with(answer: Any) -> list[str]:
    """What is wrong with an answer, whatever was asked."""
    found = [f"status {answer.status_code}"] if answer.status_code >= 500 else []
    kind = answer.headers.get("content-type", "")
    found += Obeyed(answer.text).found if kind.startswith("text/html") else []
    found += ["leads away"] if _leads_away(answer) else []
    return found + [f"header {name}" for name in answer.headers if name in ("evil", "x-evil")]


def _leads_away(answer: Any) -> bool:
    led = answer.headers.get("location", "").replace("\\", "/")
    return bool(led) and httpx.URL(str(answer.url)).join(led).host != httpx.URL(str(answer.url)).host


def shape(workspace: Workspace) -> dict[str, list[str]]:
    """The tables of a database and their columns."""
    look = sa.inspect(workspace.database.engine)
    return {name: sorted(each["name"] for each in look.get_columns(name)) for name in look.get_table_names()}
