"""Examining: one check after the other, each at one moment, and mending what is safe to mend."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType

import sqlalchemy as sa

from customary.engine.doctor.checks import checks
from customary.engine.doctor.patient import Finding, Patient
from customary.engine.snapshot import snapshot
from customary.engine.workspace import Workspace

MOST_TOLD = 20
"""Findings of one check that are told one by one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one check. `mended` are findings that were there and are not any more."""

    name: str
    about: str
    findings: tuple[Finding, ...]
    mended: tuple[Finding, ...] = ()
    seconds: float = 0.0

    @property
    def is_well(self) -> bool:
        return not self.findings


def examine(workspace: Workspace, deep: bool = False, repair: bool = False) -> Iterator[Verdict]:
    """The verdict of every check, as it comes. Others may work meanwhile."""
    for name, check in checks().items():
        began = time.monotonic()
        found = _look(workspace, check, deep)
        before = found
        if repair and any(each.mends for each in found):
            check.mend(workspace)
            found = _look(workspace, check, deep)
        mended = tuple(each for each in before if each not in found)
        about = (check.__doc__ or "").partition("\n")[0]
        yield Verdict(name, about, found, mended, time.monotonic() - began)


def _look(workspace: Workspace, check: ModuleType, deep: bool) -> tuple[Finding, ...]:
    try:
        with snapshot(workspace.database) as connection, warnings.catch_warnings():
            warnings.simplefilter("ignore", sa.exc.SAWarning)
            return tuple(_told(check.look(Patient(workspace, workspace.release, connection, deep))))
    except sa.exc.DBAPIError as error:
        reason = next(iter(str(error.orig).strip().splitlines()), "")
        return (Finding(f"This could not be looked at: {reason}", "Mend what the check “schema” tells of first."),)


def _told(findings: Iterable[Finding]) -> Iterator[Finding]:
    more = 0
    for number, each in enumerate(findings):
        if number < MOST_TOLD:
            yield each
        else:
            more += 1
    if more:
        yield Finding(f"There are {more:,} more of this kind.", "Mend the first ones and look again.")
