"""The doctor: looks whether a workspace's database and files are as they should be, and says what to do."""

from __future__ import annotations

from customary.engine.doctor.checks import checks
from customary.engine.doctor.examine import Verdict, examine
from customary.engine.doctor.patient import Finding

__all__ = ["Finding", "Verdict", "checks", "examine"]
