"""How a plan is told on a terminal: its lines by definition, what they mean below them, and a sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from customary.engine.plan import Impact, Line, Plan

COLOURS = {"+": "green", "-": "red", "~": "yellow", "→": "cyan"}
GRADES = {"online": "cyan", "rewrite": "yellow", "destructive": "red"}
OWNERS = {"stage": "pipeline", "rights": "role", "tile": "dashboard"}
"""What parts stand in that do not stand in an entity."""
OF_ENTITY = ("field", "option", "view", "section", "check", "unique", "no_overlap", "at_most", "index", "unique index")
PARTS = frozenset({*OF_ENTITY, *OWNERS})
MOST_LINES, MOST_EXAMPLES = 20, 3
"""So many alike are shown where lists are shortened."""


def told(plan: Plan, whole: bool = False) -> Iterator[str]:
    """The lines to print. Without `whole`, long lists are shortened; what goes out of sight is always there."""
    if plan.empty:
        yield "Nothing to do."
        return
    places = {owner: place for place, owner in enumerate(dict.fromkeys(map(_owner, plan.lines)))}
    for owner, group in groupby(sorted(plan.lines, key=lambda line: places[_owner(line)]), key=_owner):
        lines = list(group)
        if len(lines) > 1:
            yield click.style(owner, bold=True)
        indent = "  " if len(lines) > 1 else ""
        yield from (indent + each for each in _group(lines, whole))
    yield _sum(plan)


def _owner(line: Line) -> str:
    """The definition that a line is about."""
    if line.kind in PARTS:
        return f"{OWNERS.get(line.kind, 'entity')} {line.path.partition('.')[0]}"
    return f"{line.kind} {line.path}".rstrip()


def _group(lines: list[Line], whole: bool) -> Iterator[str]:
    alike: Counter[tuple[str, str]] = Counter()
    left = 0
    for line in lines:
        alike[line.sign, line.kind] += 1
        if whole or line.impact or line.grade == "destructive" or alike[line.sign, line.kind] <= MOST_LINES:
            yield _line(line)
            yield from (f"    {each}" for impact in line.impact for each in _impact(impact, whole))
        else:
            left += 1
    if left:
        yield f"… and {left} more like these; --all shows them"


def _line(line: Line) -> str:
    sign = click.style(line.sign, fg=COLOURS.get(line.sign))
    grade = click.style(f" [{line.grade}]", fg=GRADES[line.grade]) if line.grade in GRADES else ""
    return sign + str(line).removeprefix(line.sign) + grade


def _impact(impact: Impact, whole: bool) -> Iterator[str]:
    yield str(impact)
    first = impact.first if whole else impact.first[:MOST_EXAMPLES]
    yield from (f"  {each}" for each in first)
    if impact.count is not None and impact.count > len(first) and first:
        yield f"  … and {impact.count - len(first)} more"


def _sum(plan: Plan) -> str:
    grades = Counter(each.grade for each in plan.lines)
    told = ", ".join(f"{grades[each]} {each}" for each in ("safe", "online", "rewrite", "destructive") if grades[each])
    count = len(plan.lines)
    return f"{count} change{'s' * (count != 1)}: {told}. Digest {plan.digest[:12]}."
