"""A signature, as the picture that it is."""

from __future__ import annotations

from customary.ui.looks.image import draw

__all__ = ["draw"]
