"""Whether who asks has proven of late that it is them: what lets somebody in is asked for again after ten minutes."""

from __future__ import annotations

from customary.engine.people import sessions
from customary.ui.desk import Desk, ProofNeeded
from customary.ui.visitor import SESSION, VISITOR, cookie_of


async def is_fresh(desk: Desk) -> bool:
    """Whether the person proved who they are within the last ten minutes, in this browser."""
    return await desk.workspace.database.reading(sessions.is_fresh, cookie_of(desk.request, SESSION), desk.now)


async def must_be_fresh(desk: Desk) -> None:
    """Raises ProofNeeded where they did not; the answer leads there and back."""
    if not await is_fresh(desk):
        raise ProofNeeded


def keep(desk: Desk, token: str) -> None:
    """Gives the browser the new secret of its session. The one before opens nothing any more; forms that stand open in
    other windows were made for it, and are taken all the same."""
    desk.cookie(VISITOR, cookie_of(desk.request, SESSION), max_age=None)
    desk.cookie(SESSION, token, max_age=None)
