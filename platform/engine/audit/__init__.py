"""The audit log: who came in, what was taken out, and who changed what others may do. Lines are only ever added."""

from customary.engine.audit.chain import Broken, chain, forget, tend, verify
from customary.engine.audit.line import KINDS, Line, entry, lines, note

__all__ = ["KINDS", "Broken", "Line", "chain", "entry", "forget", "lines", "note", "tend", "verify"]
