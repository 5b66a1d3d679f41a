"""Spans are told where somebody asks for them, and nowhere else."""

from __future__ import annotations

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from customary.engine import tracing
from customary.engine.tracing import span


class Calm(Exception):
    """Nothing that failed."""


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """What an SDK is told."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    tracing._tracer.cache_clear()
    yield exporter
    tracing._tracer.cache_clear()


def test_spans_lie_in_each_other_and_say_what_they_are_about(
    told: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(tracing.SWITCH, "on")
    with span("run", run="7"), span("step set", workflow="greet", position="1"):
        pass
    inner, outer = told.get_finished_spans()
    assert [inner.name, outer.name] == ["step set", "run"]
    assert inner.parent.span_id == outer.context.span_id
    assert dict(inner.attributes) == {"customary.workflow": "greet", "customary.position": "1"}


def test_what_fails_is_noted_and_what_is_calm_is_not(
    told: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(tracing.SWITCH, "on")
    for error in (ValueError("no"), Calm()):
        with pytest.raises(type(error)), span("step", (Calm,)):
            raise error
    failed, calm = told.get_finished_spans()
    assert ([event.name for event in failed.events], failed.attributes["error.type"]) == (["exception"], "ValueError")
    assert (calm.events, dict(calm.attributes)) == ((), {})


def test_without_the_switch_nothing_is_told(told: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(tracing.SWITCH, raising=False)
    with span("run"):
        pass
    assert told.get_finished_spans() == ()
