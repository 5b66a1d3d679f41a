"""The yardstick: the same work on a bare Litestar application, with the same driver, SQL and connections."""

from __future__ import annotations

import os
import pickle
import uuid
from pathlib import Path
from typing import Any

import jinja2
from litestar import Litestar, get, post
from litestar.response import Response

from customary.engine.database import Database

given: dict[str, Any] = pickle.loads(Path(os.environ["CUSTOMARY_BENCH"]).read_bytes())  # noqa: S301 - our own file
database = Database(given["database"])
page_template = jinja2.Environment(autoescape=True).from_string("{% raw %}" + given["html"] + "{% endraw %}")
PLACEHOLDER = "?" if database.is_sqlite else "%s"
INSERT = f"INSERT INTO bench_plain (id, name, amount) VALUES ({', '.join([PLACEHOLDER] * 3)})"  # noqa: S608


@get("/one")
async def one() -> dict:
    """A JSON answer of the size of one record."""
    return given["one"]


@get("/list")
async def rows() -> Response:
    """The statements of the product's list, run alike, and its answer encoded."""
    await database.reading(_run_list)
    return Response(content=given["list"], media_type="application/json")


@get("/html", media_type="text/html")
async def html() -> str:
    """A static page of the size of the generated one, drawn by Jinja."""
    return page_template.render()


@post("/plain")
async def create() -> dict:
    """One plain insert, committed."""
    identifier = uuid.uuid4().hex
    await database.writing(lambda connection: connection.exec_driver_sql(INSERT, (identifier, "Bench", 1000)))
    return {"id": identifier}


def _run_list(connection: Any) -> None:
    for statement, parameters in given["statements"]:
        [dict(row) for row in connection.exec_driver_sql(statement, parameters).mappings()]


app = Litestar([one, rows, html, create], openapi_config=None)
