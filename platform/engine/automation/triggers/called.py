"""Another workflow runs this one: `{called: {of: deal, inputs: {reason: text}}}`. What it is told is `payload`."""

from __future__ import annotations
