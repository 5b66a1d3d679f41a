"""Compare: what is applied and a new model become a plan."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from customary.engine.model.model import Model
from customary.engine.plan.back import Back, limited
from customary.engine.plan.change import Change
from customary.engine.plan.changes.computed import compare_computed
from customary.engine.plan.changes.currency import compare_currency
from customary.engine.plan.changes.definitions import compare_definitions
from customary.engine.plan.changes.fields import compare_entity
from customary.engine.plan.changes.indexes import compare_indexes
from customary.engine.plan.changes.renamings import Renamings
from customary.engine.plan.changes.saved import compare_saved
from customary.engine.plan.changes.stages import compare_stages
from customary.engine.plan.comparison import Comparison
from customary.engine.plan.impact.administrators import check_administrators
from customary.engine.plan.impact.counting import Counting, Told
from customary.engine.plan.impact.impact import weigh
from customary.engine.plan.line import Line
from customary.engine.plan.plan import Plan
from customary.engine.plan.retired.purge import compare_purged
from customary.engine.plan.seal import fingerprint
from customary.engine.releases import Release, load_catalogue
from customary.engine.tables import Catalogue, Tables
from customary.engine.tables.growth import Growth, grow
from customary.engine.text import Source


def compare(
    connection: sa.Connection,
    current: Release | None,
    model: Model,
    source: Source | None = None,
    growth: Growth | None = None,
    back: Back | None = None,
    quick: bool = False,
    told: Told | None = None,
) -> Plan:
    """The plan from `current` (None: nothing applied) to `model`.

    With the new `source`, changes of labels, views, workflows, roles and the like are listed one by one. The `growth`
    of the catalogue follows from the names of the model, when it is not given. `back` says what an undo goes back to.
    A `quick` plan counts nothing.
    """
    growth = growth or _growth(load_catalogue(connection), model, current)
    tables = Tables(model, growth.after)
    renamings = Renamings(back.renamed if back else None)
    comparison = Comparison(
        connection, current, model, tables, growth.turns, renamings=renamings, back=back, source=source
    )
    changes = [change for entity in _entities(comparison) for change in compare_entity(comparison, entity)]
    changes += compare_stages(comparison)
    changes += compare_computed(comparison)
    changes += compare_indexes(comparison)
    changes += compare_definitions(comparison, source)
    changes += compare_saved(comparison, source)
    changes += compare_currency(comparison)
    changes += compare_purged(comparison)
    check_administrators(comparison)
    changes = [limited(comparison, change) for change in changes]
    if not changes and (current is None or current.model.digest != model.digest):
        changes.append(Change(line=Line(sign="~", kind="definitions")))
    changes = weigh(changes, Counting(comparison, quick, told))
    return Plan(
        base=current.number if current else 0,
        changes=tuple(changes),
        model=model,
        tables=tables,
        before=growth.before,
        source=source,
        turns=growth.turns,
        renamed=renamings.found,
        back=back.to if back else None,
        schema=fingerprint(connection),
        quick=quick,
        problems=tuple(comparison.problems),
    )


def _growth(before: Catalogue, model: Model, current: Release | None) -> Growth:
    after, turns = grow(before, model, current.number if current else 0)
    return Growth(before, after, turns)


def _entities(comparison: Comparison) -> Iterator:
    """Those of today, and those that go; what went before is none of a plan's business."""
    entities = (turn for turn in comparison.turns if turn.after.kind == "entity")
    return (turn for turn in entities if turn.verb == "retired" or not turn.after.retired)
