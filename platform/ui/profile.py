"""The profile page."""

from __future__ import annotations

handlers: list = []
