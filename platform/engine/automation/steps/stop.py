"""Ends the workflow here: `stop: Nothing to do`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from customary.engine.automation.acting import Acting, Done, Stop


def perform(step: Mapping[str, Any], acting: Acting) -> Done:
    given = step.get("value")
    raise Stop("" if given in (True, None) else acting.text(given))
