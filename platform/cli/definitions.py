"""Commands for definitions: init, check, show, schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from customary.cli.failure import PROBLEMS, WRONG_USE, Failure
from customary.cli.options import directory, must_be_workspace, workspace

if TYPE_CHECKING:
    from customary.engine.text import Document, Source


@click.command("init")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--packs", default="core,sales", show_default=True, help="The packs to start from, with commas between.")
@click.option("--database", metavar="URL", help="Where records are kept; a SQLite file in the folder when left out.")
@click.option("--name", help="What the business is called; the folder's name when left out.")
def init_command(directory: Path, packs: str, database: str | None, name: str | None) -> None:
    """Make a workspace: a folder for the definitions of one business.

    \b
    Example: customary init mycrm --packs core,sales
             customary init mycrm --packs core --database postgresql://localhost/mycrm
    """
    from customary.engine.workspace import create

    create(directory, [each.strip() for each in packs.split(",") if each.strip()], database, name)
    click.echo(f"Made the workspace {directory}. Next: customary apply {directory}")


@click.command("check")
@directory
def check_command(directory: Path) -> None:
    """Find every problem in the definitions, each with its place and remedy.

    Rules are looked at for what they will do: that they start each other in a circle, that a condition can never hold.
    Warnings come last. Exit code 0: nothing is wrong, though there may be warnings. 1: there are problems.

    \b
    Example: customary check mycrm
    """
    from customary.engine.automation.analyse import analyse
    from customary.engine.model.check import check

    must_be_workspace(directory)
    problems, counts = check(directory, analyse)
    for problem in (*problems.errors, *problems.warnings):
        click.echo(str(problem))
    if problems.errors:
        raise click.exceptions.Exit(PROBLEMS)
    click.echo(f"All is well{_with_warnings(len(problems.warnings))}: {counts}.")


@click.command("show")
@click.argument("kind", required=False)
@click.argument("name", required=False)
@workspace
@click.option("--json", "as_data", is_flag=True, help="For programs: the definition, and the origin of each value.")
def show_command(kind: str | None, name: str | None, directory: Path, as_data: bool) -> None:
    """Print a definition as it is after all layers are merged, with the origin of each value.

    Without a name it lists the definitions of a kind, and without a kind all there are. Of an entity it also tells
    which computed fields are kept in columns, and why.

    \b
    Example: customary show entity deal
             customary show pipeline sales --workspace mycrm --json
             customary show workspace
             customary show
    """
    from customary.cli import showing

    must_be_workspace(directory)
    source = _source(directory)
    documents = _documents(source)
    found = [each for each in documents if kind in (None, each.kind) and name in (None, each.name)]
    if not found:
        raise Failure(_nothing_named(documents, str(kind), name), WRONG_USE)
    if name is not None or kind == "workspace":
        kept = showing.computed(source, found[0])
        click.echo(showing.as_json(showing.data(found[0], kept)) if as_data else showing.whole(found[0], kept))
    elif as_data:
        click.echo(showing.as_json([{"kind": each.kind, "name": each.name} for each in found]))
    else:
        click.echo("\n".join(showing.listed(found)))


def _source(directory: Path) -> Source:
    from customary.engine.problem import Problems
    from customary.engine.text import gather, read_source

    problems = Problems()
    return read_source(gather(directory, problems), problems)


def _documents(source: Source) -> list[Document]:
    """All definitions of a workspace, merged; its settings first."""
    from customary.engine.text import Document

    settings = Document("workspace", "", source.settings, source.settings.place, source.settings.layer)
    return [settings, *source.documents.values()]


def _nothing_named(documents: list[Document], kind: str, name: str | None) -> str:
    from customary.engine.problem import did_you_mean

    known = [each.name for each in documents if each.kind == kind]
    if not known or name is None:
        return (
            f"There is no definition of the kind “{kind}”. {did_you_mean(kind, {d.kind for d in documents})}".rstrip()
        )
    return f"There is no {kind} “{name}”. {did_you_mean(name, known)}".rstrip()


@click.command("schema")
def schema_command() -> None:
    """Print the JSON Schema of definitions, with which a YAML editor completes and checks them.

    \b
    Example: customary schema > customary.schema.json
    """
    import json

    from customary.engine.definitions.schema import schema

    click.echo(json.dumps(schema(), ensure_ascii=False, indent=1))


def _with_warnings(number: int) -> str:
    return f", with {number} warning{'s' * (number > 1)}" if number else ""
