"""Analysis: dashboards, whose figures are made of what the reader may read, and of nothing else."""

from __future__ import annotations

from customary.engine.analysis.answer import Answer, Figure
from customary.engine.analysis.dashboards import looked_at, tell
from customary.engine.analysis.period import Period
from customary.engine.analysis.reckon import size_of

__all__ = ["Answer", "Figure", "Period", "looked_at", "size_of", "tell"]
