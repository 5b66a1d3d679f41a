"""What an actor may do: roles compiled into predicates over records and masks over fields. Closed by default."""

from __future__ import annotations

from customary.engine.access import shares
from customary.engine.access.access import ACTS, Access, compile
from customary.engine.access.readable import Readable

__all__ = ["ACTS", "Access", "Readable", "compile", "shares"]
