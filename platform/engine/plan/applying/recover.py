"""After a crash: what had been begun is taken back, or finished when its release is served already."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import sqlalchemy as sa

from customary.engine.database import Database
from customary.engine.plan.applying import journal
from customary.engine.plan.applying.alone import UnderWay, alone
from customary.engine.plan.applying.finish import finish_on
from customary.engine.plan.applying.journal import Begun, Made
from customary.engine.plan.applying.site import Site
from customary.engine.plan.back import way_back
from customary.engine.plan.changes.structure import drop_index
from customary.engine.plan.compare import compare
from customary.engine.plan.plan import Plan
from customary.engine.releases import Release, load_catalogue, read_inverses, read_release
from customary.engine.tables.growth import Growth

log = logging.getLogger("customary.plan")


def recover(database: Database) -> None:
    """Ends what somebody began and did not live to end. Nothing happens while somebody is still at it."""
    with database.read() as connection:
        if journal.under_way(connection) is None:
            return
    try:
        with alone(database) as connection:
            end_what_was_begun(connection)
    except UnderWay:
        return


def end_what_was_begun(connection: sa.Connection) -> None:
    """Takes it back, or finishes it. To be called alone."""
    site = Site(connection)
    begun = site.shortly(journal.under_way)
    if begun is None:
        return
    if begun.switched:
        log.warning("Finishing release %s, which %s had begun to apply", begun.number, begun.by)
        release, plan = site.shortly(lambda connection: _plan_of(connection, begun))
        finish_on(Site(connection, release), plan)
    else:
        log.warning("Taking back what %s had begun to apply as release %s", begun.by, begun.number)
        take_back(site, begun.made)


def take_back(site: Site, made: Iterable[Made]) -> None:
    """Drops what was added for a release that never came. Nobody has seen it; its values are all copies."""
    there = sorted(dict.fromkeys(made), key=lambda each: ("index", "column", "table").index(each.kind))
    for each in there:
        if each.kind == "index":
            drop_index(site, each.name)
        elif each.kind == "column" and site.shortly(lambda connection, each=each: _is_there(connection, each)):
            site.shortly(lambda connection, each=each: _drop_column(connection, each))
    _drop_tables(site, [each.name for each in there if each.kind == "table"])
    site.shortly(journal.close)


def _drop_tables(site: Site, names: Iterable[str]) -> None:
    """Tables that may point at each other in circles, so that there is no order in which none is pointed at."""
    quote = site.dialect.identifier_preparer.quote
    cascade = "" if site.is_sqlite else " CASCADE"
    with site.without_keys():
        for name in names:
            site.run(f"DROP TABLE IF EXISTS {quote(name)}{cascade}")


def _is_there(connection: sa.Connection, made: Made) -> bool:
    known = sa.inspect(connection)
    return known.has_table(made.name) and made.column in {each["name"] for each in known.get_columns(made.name)}


def _drop_column(connection: sa.Connection, made: Made) -> None:
    """With its running numbers, which were given to nobody."""
    from customary.engine.records.writer.numbers import sequence

    quote = connection.dialect.identifier_preparer.quote
    connection.exec_driver_sql(f"ALTER TABLE {quote(made.name)} DROP COLUMN {quote(made.column)}")
    of = made.name.removeprefix("x_")
    connection.execute(sequence.delete().where(sequence.c.entity == of, sequence.c.field == made.column))


def _plan_of(connection: sa.Connection, begun: Begun) -> tuple[Release, Plan]:
    """The release and its plan, made again from the release before it: what is done already is not in it."""
    after = load_catalogue(connection)
    growth = Growth.of(after, begun.turns)
    new = read_release(connection, begun.number, after)
    old = read_release(connection, begun.number - 1, growth.before)
    inverse = read_inverses(connection, [begun.number])[begun.number]
    back = way_back(connection, inverse.back, old.number) if inverse and inverse.back else None
    return new, compare(connection, old, new.model, new.source, growth, back)
