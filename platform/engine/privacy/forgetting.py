"""What is kept beside all records: answers to requests, files that were sent to be imported, what came from outside and
started a rule, and addresses that want no mail."""

from __future__ import annotations

import re

import sqlalchemy as sa

from customary.engine.automation.tables import run
from customary.engine.exchange.uploads import KEPT, upload
from customary.engine.messages import stops
from customary.engine.privacy.known import Known
from customary.engine.privacy.traces import is_run
from customary.engine.records.idempotency import kept
from customary.engine.records.work import Work

AT_ONCE = 500


def forget(work: Work, known: Known) -> None:
    """Forgets what tells of a person whose records are erased, and what is kept for longer than it is to be."""
    work.connection.execute(upload.delete().where(upload.c.at < work.now - KEPT))
    _forget_answers(work, known)
    _forget_payloads(work, known)
    stops.make_illegible(work.connection, known.addresses)


def _forget_answers(work: Work, known: Known) -> None:
    """Whoever sends such a request again is still answered that it was done, but not what came of it."""
    named = re.compile("|".join(map(str, known.ids)).encode())
    answers = sa.select(kept.c.actor, kept.c.key, kept.c.body).execution_options(yield_per=AT_ONCE)
    telling = [(row.actor, row.key) for row in work.connection.execute(answers) if named.search(row.body)]
    for actor, key in telling:
        mine = (kept.c.actor == actor, kept.c.key == key)
        work.connection.execute(kept.update().where(*mine).values(body=b"null"))


def _forget_payloads(work: Work, known: Known) -> None:
    """A run goes on telling what started it, but not what a form, a mail or another system said then."""
    causes = work.connection.execute(sa.select(run.c.id, run.c.cause).where(is_run(known))).all()
    for id, cause in causes:
        if "payload" in cause:
            without = {name: value for name, value in cause.items() if name != "payload"}
            work.connection.execute(run.update().where(run.c.id == id).values(cause=without))
