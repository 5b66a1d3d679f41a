"""The command for the audit log."""

from __future__ import annotations

import csv
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from customary.cli.failure import WRONG_USE, Failure
from customary.cli.options import directory, open_workspace

if TYPE_CHECKING:
    from customary.engine.audit import Line

COLUMNS = ("number", "at", "kind", "who", "address", "entity", "record", "details", "digest")


@click.command("audit")
@directory
@click.option("--since", metavar="DAY", type=click.DateTime(["%Y-%m-%d"]), help="From this day on, such as 2026-11-01.")
@click.option("--kind", help="Only lines of one kind, such as signed_in, exported or deleted.")
@click.option("--json", "as_data", is_flag=True, help="For programs, a line each; CSV otherwise.")
def audit_command(directory: Path, since: datetime | None, kind: str | None, as_data: bool) -> None:
    """Print the audit log, the newest line first: who came in, what was taken out, and who changed what others may do.

    Each line has a number and a digest that covers the line before it; `customary doctor` looks whether any was
    changed or taken out.

    \b
    Example: customary audit mycrm --since 2026-11-01 > november.csv
             customary audit mycrm --kind exported --json
    """
    from customary.engine.audit import KINDS, chain, lines
    from customary.engine.snapshot import snapshot

    if kind is not None and kind not in KINDS:
        raise Failure(f"“{kind}” is no kind of line. Known: {', '.join(KINDS)}.", WRONG_USE)
    workspace = open_workspace(directory)
    chain(workspace.database)
    rows = csv.writer(sys.stdout, lineterminator="\n")
    if not as_data:
        rows.writerow(COLUMNS)
    with snapshot(workspace.database) as connection:
        for each in lines(connection, kind=kind, since=since and since.replace(tzinfo=UTC), limit=None):
            told = _told(each)
            if as_data:
                click.echo(json.dumps(told, ensure_ascii=False))
            else:
                rows.writerow([_cell(told[name]) for name in COLUMNS])


def _told(line: Line) -> dict[str, Any]:
    told = {name: getattr(line, name) for name in COLUMNS}
    record = str(line.record) if line.record else None
    return told | {"at": f"{line.at:%Y-%m-%dT%H:%M:%S.%fZ}", "record": record, "details": dict(line.details)}


def _cell(value: Any) -> Any:
    """A text that a spreadsheet would work out is kept a text."""
    if isinstance(value, dict):
        return ", ".join(f"{name}: {each}" for name, each in sorted(value.items()))
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
