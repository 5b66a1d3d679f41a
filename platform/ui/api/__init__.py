"""The REST API: every entity has it as soon as it is applied."""

from __future__ import annotations

from litestar import Router

from customary.ui.api import aggregate, bulk, button, decide, files, merged, openapi, problem, record, shares

router = Router(
    "/api",
    route_handlers=[
        problem.read_root,
        *openapi.handlers,
        *files.handlers,
        *aggregate.handlers,
        *bulk.handlers,
        *button.handlers,
        *decide.handlers,
        *shares.handlers,
        *merged.handlers,
        *record.handlers,
    ],
    exception_handlers=dict(problem.handlers),
    opt={"public": True},
)
handlers = [router]
