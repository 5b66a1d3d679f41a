"""What moves with the time: computed fields over `now()`, and all that reads them. No statement with them is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from customary.engine.expressions import Expression
from customary.engine.model.dependence import computed_on_the_way
from customary.engine.model.model import Model
from customary.engine.records.kept import kept
from customary.engine.records.work import Work


def moves(work: Work, entity: str, asked: Expression) -> bool:
    """Whether what is asked of a record is another after a while, although nobody changed anything."""
    return asked.reads_now or _reads(work.model, _all(work), entity, asked)


def moving(work: Work, entity: str) -> frozenset[str]:
    """The computed fields of an entity that move."""
    return _all(work).get(entity, frozenset())


def titles_move(work: Work) -> bool:
    """Whether the title of any entity moves."""

    def find() -> bool:
        entities = work.model.entities.values()
        return any(moves(work, each.name, hole) for each in entities for hole in each.title.holes)

    return kept(work, ("titles move",), find)


def rules_move(work: Work) -> bool:
    """Whether what somebody may do with a record is another after a while."""

    def find() -> bool:
        rules = (
            (entity, rule)
            for role in work.model.roles.values()
            for entity, grant in role.entities.items()
            for rule in grant.rules
            if isinstance(rule, Expression)
        )
        return any(moves(work, entity, rule) for entity, rule in rules)

    return kept(work, ("rules move",), find)


def _all(work: Work) -> dict[str, frozenset[str]]:
    return kept(work, ("moving",), lambda: _find(work.model))


def _find(model: Model) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = defaultdict(frozenset)
    waiting = [each for entity in model.entities.values() for each in entity.fields.values() if each.formula]
    while moved := [
        each for each in waiting if each.formula.reads_now or _reads(model, found, each.entity, each.formula)
    ]:
        for each in moved:
            found[each.entity] |= {each.name}
        waiting = [each for each in waiting if each not in moved]
    return dict(found)


def _reads(model: Model, found: Mapping[str, frozenset[str]], entity: str, part: Expression) -> bool:
    """Whether an expression reads what moves, of its record or of all records of an entity."""
    if not found:
        return False
    ways = [(entity, part.paths), *((root, frozenset({path})) for root, path in part.beyond if path)]
    computed = (at for root, paths in ways for at in computed_on_the_way(model.entities, root, paths))
    return any(name in found.get(at, ()) for at, name, _ in computed)
