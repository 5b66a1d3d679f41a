"""The yardstick: the same work on a bare Litestar application, with the same driver, SQL and connections."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path

import sqlalchemy as sa
from litestar import Litestar, get, post
from litestar.response import Response

from customary.engine.database import Database

given = json.loads(Path(os.environ["CUSTOMARY_BENCH"]).read_text())
database = Database(given["database"])
plain = sa.table("bench_plain", sa.column("id"), sa.column("name"), sa.column("amount"))
insert = plain.insert()
list_sql = sa.text(given["list_sql"]).bindparams(**given["list_parameters"])


@get("/one")
async def one() -> dict:
    """A JSON answer of the size of one record."""
    return given["one"]


@get("/list")
async def page() -> Response:
    """The rows of the list's own SQL, encoded as JSON."""
    rows = await database.reading(lambda connection: [dict(row) for row in connection.execute(list_sql).mappings()])
    return Response(content=rows, media_type="application/json")


@get("/html", media_type="text/html")
async def html() -> str:
    """A static page of the size of the generated list page, drawn by Jinja."""
    return template.render()


@post("/plain")
async def create() -> dict:
    """One plain insert, committed."""
    identifier = uuid.uuid4().hex
    values = {"id": identifier, "name": "Bench", "amount": 1000}
    await database.writing(lambda connection: connection.execute(insert, values))
    return {"id": identifier}


def _template():
    import jinja2

    return jinja2.Environment(autoescape=True).from_string("{% raw %}" + given["html"] + "{% endraw %}")


template = _template()
app = Litestar([one, page, html, create], openapi_config=None)
