"""Spans of OpenTelemetry around what rules do: with its API installed and `CUSTOMARY_TRACING=on`, else nothing at all.

Only the API is used. Who wants the spans starts Customary under an SDK, such as `opentelemetry-instrument`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

SWITCH = "CUSTOMARY_TRACING"


@contextmanager
def span(name: str, calm: tuple[type[Exception], ...] = (), **about: str | int) -> Iterator[None]:
    """A span of this name around a block; what it raises is noted, but for what is no failure (`calm`).

    The keys of `about` get the prefix `customary.`
    """
    tracer = _tracer()
    if tracer is None:
        yield
        return
    attributes = {f"customary.{key}": value for key, value in about.items()}
    quietly = {"record_exception": False, "set_status_on_exception": False}
    with tracer.start_as_current_span(name, attributes=attributes, **quietly) as begun:
        try:
            yield
        except Exception as error:
            if not isinstance(error, calm):
                begun.record_exception(error)
                begun.set_attribute("error.type", type(error).__name__)
            raise


@cache
def _tracer() -> Any:
    if os.environ.get(SWITCH) != "on":
        return None
    try:
        from opentelemetry import trace
    except ImportError:
        return None
    return trace.get_tracer("customary")
