"""The command that tries out the examples of definitions: test."""

from __future__ import annotations

from pathlib import Path

import click

from customary.cli.failure import PROBLEMS
from customary.cli.options import directory, must_be_workspace


@click.command("test")
@directory
def test_command(directory: Path) -> None:
    """Try out the examples that definitions give of themselves, in a throw-away database.

    Each runs alone, through the same writer and the same rules as in daily work. What came out otherwise than it
    says is printed with its place. Exit code 0: all is as they say. 1: something differs, or the definitions have
    problems.

    \b
    Example: customary test mycrm
    """
    from customary.engine.examples import House, examples, try_out
    from customary.engine.model import compile_source
    from customary.engine.problem import Problems
    from customary.engine.text import gather, read_source

    must_be_workspace(directory)
    problems = Problems()
    source = read_source(gather(directory, problems), problems)
    model = compile_source(source, problems)
    problems.raise_errors()
    found = list(examples(source, model))
    with House(source, model) as house:
        differing = [differences for each in found if (differences := try_out(house, each))]
    for differences in differing:
        for difference in differences:
            click.echo(str(difference))
    count = f"{len(found)} example{'' if len(found) == 1 else 's'}"
    if differing:
        click.echo(f"{count}, {len(differing)} of them came out otherwise.")
        raise click.exceptions.Exit(PROBLEMS)
    click.echo(f"{count}: all is as they say." if found else "There are no examples.")
