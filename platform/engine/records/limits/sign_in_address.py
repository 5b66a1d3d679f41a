"""The address somebody signs in with: their record says the same, and a change of the record does not change it."""

from __future__ import annotations

from customary.engine.people.accounts import of_user
from customary.engine.people.address import FIELD
from customary.engine.records.writer.draft import Draft


def check_sign_in_address(draft: Draft) -> None:
    """Refuses another address for somebody who has an account than the one they sign in with."""
    if draft.shape.entity.plays != "user" or draft.is_new or FIELD not in draft.changes:
        return
    account = of_user(draft.work.connection, draft.id)
    if account is not None and str(draft.after[FIELD] or "").lower() != account.email:
        draft.refuse(FIELD, "is what they sign in with: it is changed under People, or by themselves in their settings")
