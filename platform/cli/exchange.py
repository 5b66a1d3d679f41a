"""Commands for files: import and export."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from customary.cli.failure import PROBLEMS, WRONG_USE, Failure
from customary.cli.options import confirmed, open_workspace, workspace

if TYPE_CHECKING:
    from customary.engine.exchange import Column, Sheet
    from customary.engine.exchange.imports import Report
    from customary.engine.workspace import Workspace

SHOWN_UNKNOWN = 20


@click.command("import")
@click.argument("entity")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@workspace
@click.option("--map", "maps", multiple=True, metavar="COLUMN=FIELD", help="Which field a column goes into. See above.")
@click.option("--dry-run", is_flag=True, help="Say what would happen to every row, and change nothing.")
@click.option("--skip-bad", is_flag=True, help="Leave out the rows that are refused, instead of everything.")
@click.option("--no-rules", is_flag=True, help="Start no rules for what is made. The history says so.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def import_command(
    entity: str,
    file: Path,
    directory: Path,
    maps: tuple[str, ...],
    dry_run: bool,
    skip_bad: bool,
    no_rules: bool,
    yes: bool,
) -> None:
    """Make a record of every row of a CSV, XLSX or JSON file: all of them, or none.

    Encoding, delimiter and columns are guessed; --map says it where the guess is wrong. Linked records are found by
    title. Rows that are refused are printed with the reason, and then nothing is kept (exit code 1).

    \b
    --map deal_stage=stage              the column deal_stage goes into the field stage
    --map remarks=                      the column remarks is left out
    --map company=account.tax_number    the account is found by its tax_number
    --map "product:GTXPro=GTX Pro"      where product says GTXPro, read GTX Pro

    \b
    Example: customary import account accounts.csv
             customary import deal deals.xlsx --map deal_stage=stage --dry-run --workspace mycrm
    """
    opened = open_workspace(directory)
    sheet = _read(file)
    columns = _columns(opened, entity, sheet, _pairs(maps))
    _print_columns(sheet, columns)
    if dry_run or (not yes and sys.stdin.isatty()):
        report = _run(opened, entity, sheet, columns, "dry_run")
        _print_report(report, "would be made")
        if report.refused and (dry_run or not skip_bad):
            raise click.exceptions.Exit(PROBLEMS)
        if dry_run:
            return
        confirmed(f"Import {_rows(report.written)}?")
    report = _run(opened, entity, sheet, columns, "import", skip_bad, no_rules)
    if report.refused and not skip_bad:
        _print_report(report, "could be made")
        click.echo("Nothing was imported. Mend these rows, map them with --map, or leave them out with --skip-bad.")
        raise click.exceptions.Exit(PROBLEMS)
    _print_report(report, "made")


@click.command("export")
@click.argument("entity")
@workspace
@click.option("--where", metavar="EXPR", help="Only the records for which this expression holds.")
@click.option(
    "--format", "format_name", type=click.Choice(["csv", "json", "xlsx"]), default="csv", show_default=True,
    help="The form of the file.",
)  # fmt: skip
def export_command(entity: str, directory: Path, where: str | None, format_name: str) -> None:
    """Write the records of an entity to standard output.

    \b
    Example: customary export deal --where 'stage == "won"' > won.csv
             customary export account --format xlsx --workspace mycrm > accounts.xlsx
    """
    from customary.engine.exchange.exports import export_rows, note_export
    from customary.engine.expressions import ExpressionError
    from customary.engine.people.actor import SYSTEM

    opened = open_workspace(directory)
    _check_entity(opened, entity)
    out = sys.stdout.buffer
    with opened.database.write() as connection:
        note_export(opened.work(connection, SYSTEM), entity, format_name, where or "")
    with opened.database.read() as connection:
        try:
            pieces = export_rows(opened.work(connection, SYSTEM), entity, format_name, where)
        except ExpressionError as error:
            raise Failure(f"--where: {error}", WRONG_USE) from error
        for piece in pieces:
            out.write(piece)
    out.flush()


def _read(file: Path) -> Sheet:
    from customary.engine.exchange import Unreadable, read

    try:
        return read(file.read_bytes(), file.name)
    except Unreadable as error:
        raise Failure(f"{file} {error.reason}.", WRONG_USE) from error
    except OSError as error:
        raise Failure(f"{file} cannot be read: {error.strerror}.", WRONG_USE) from error


def _pairs(maps: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for each in maps:
        column, equals, target = each.rpartition("=")
        if not equals:
            raise Failure(f"“{each}” is not of the form COLUMN=FIELD.", WRONG_USE)
        pairs[column] = target
    return pairs


def _columns(opened: Workspace, entity: str, sheet: Sheet, maps: dict[str, str]) -> tuple[Column, ...]:
    from customary.engine.exchange import WrongMap, guess
    from customary.engine.exchange.columns import importable
    from customary.engine.people.actor import SYSTEM

    _check_entity(opened, entity)
    if not sheet.columns:
        raise Failure("The file is empty.", WRONG_USE)
    with opened.database.read() as connection:
        work = opened.work(connection, SYSTEM)
        try:
            columns = guess(work, entity, sheet, maps)
        except WrongMap as error:
            raise Failure(f"{entity} {error.reason}".strip(), WRONG_USE) from error
    if not any(column.field for column in columns):
        fields = ", ".join(importable(work, entity))
        raise Failure(f"No column of the file is a field of {entity}. Say so with --map. Fields: {fields}.", WRONG_USE)
    return columns


def _check_entity(opened: Workspace, entity: str) -> None:
    from customary.engine.problem import did_you_mean

    known = opened.release.model.entities
    if entity not in known:
        raise Failure(f"There is no entity “{entity}”. {did_you_mean(entity, known)}".rstrip(), WRONG_USE)


def _run(
    opened: Workspace,
    entity: str,
    sheet: Sheet,
    columns: tuple[Column, ...],
    how: str,
    skip_bad: bool = False,
    quiet: bool = False,
) -> Report:
    from customary.engine.exchange import imports
    from customary.engine.people.actor import SYSTEM

    tried = how == "dry_run"
    opening = opened.database.trial(len(sheet.rows) <= imports.BRIEF) if tried else opened.database.write()
    with opening as connection, _progress(len(sheet.rows), how) as progress:
        work = opened.work(connection, SYSTEM, "import")
        if tried:
            return imports.dry_run(work, entity, sheet, columns, progress)
        try:
            return imports.import_rows(work, entity, sheet, columns, skip_bad, progress, quiet)
        except imports.ImportRefused as refused:
            return refused.report


@contextmanager
def _progress(total: int, how: str) -> Any:
    """A bar on standard error where somebody is looking."""
    if not sys.stderr.isatty():
        yield None
        return
    label = "Checking" if how == "dry_run" else "Importing"
    with click.progressbar(length=total, label=label, file=sys.stderr) as bar:
        yield _advancing(bar)


def _advancing(bar: Any) -> Callable[[int, int], None]:
    return lambda done, _total: bar.update(done - bar.pos)


def _print_columns(sheet: Sheet, columns: tuple[Column, ...]) -> None:
    form = ", ".join(f"{name} {_shown(value)}" for name, value in sheet.form.items())
    click.echo(f"{_rows(len(sheet.rows))} ({form})")
    for column in columns:
        target = column.field + (f".{column.by}" if column.by else "") if column.field else "(left out)"
        click.echo(f"  {column.name} → {target}")


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _shown(value: str) -> str:
    return "tab" if value == "\t" else value


def _print_report(report: Report, done: str) -> None:
    for verdict in report.refused:
        click.echo(f"{verdict.line}\t{verdict.word}\t{verdict.reason}")
    for unknown in report.unknown[:SHOWN_UNKNOWN]:
        click.echo(_unknown_line(unknown))
    if len(report.unknown) > SHOWN_UNKNOWN:
        click.echo(f"… and {len(report.unknown) - SHOWN_UNKNOWN:,} more texts that are not known.")
    if doubles := report.counts["duplicate?"]:
        click.echo(f"{_rows(doubles)} {'has' if doubles == 1 else 'have'} the name of another record.")
    click.echo(f"{_rows(report.written)} {done}, {len(report.refused):,} refused.")


def _unknown_line(unknown: Any) -> str:
    rows = _rows(unknown.count)
    if unknown.several:
        return f"“{unknown.text}” {rows}: several {unknown.entity} records have this title."
    if unknown.entity:
        line = f"“{unknown.text}” {rows}: no {unknown.entity} has this title."
    else:
        line = f"“{unknown.text}” {rows}: {unknown.field} has no such option."
    if unknown.near:
        near = unknown.near[0]
        line += f' Did you mean “{near}”? Then add --map "{unknown.column}:{unknown.text}={near}".'
    return line
