"""Definitions → Model: everything a release declares, checked and frozen."""

from customary.engine.model.compile import compile, compile_source  # noqa: A004 - the verb of this stage
from customary.engine.model.model import Model

__all__ = ["Model", "compile", "compile_source"]
