"""People: who may come in, how they prove who they are, and who acts."""

from __future__ import annotations

from customary.engine.people.accounts import (
    Account,
    AccountProblem,
    add,
    everyone,
    find,
    of_user,
    set_password,
)
from customary.engine.people.actor import SYSTEM, Actor
from customary.engine.people.keys import Key, add_key, keys_of, revoke, revoke_all, stamp_key
from customary.engine.people.leaving import deactivate
from customary.engine.people.limits import NO_LIMITS, Limits
from customary.engine.people.overview import Person
from customary.engine.people.passwords import hashed
from customary.engine.people.recognise import actor_of_key, actor_of_session, actor_of_user, recalled_by_key
from customary.engine.people.sessions import (
    Browser,
    Session,
    end_all,
    proof_of,
    sessions_of,
    sign_out,
    stamp,
    start,
)
from customary.engine.people.sign_in import Halfway, give_code, prove, sign_in
from customary.engine.people.standing import LastAdmin, rename_roles, set_active, set_roles
from customary.engine.people.throttle import TooMany

__all__ = [
    "NO_LIMITS",
    "SYSTEM",
    "Account",
    "AccountProblem",
    "Actor",
    "Browser",
    "Halfway",
    "Key",
    "LastAdmin",
    "Limits",
    "Person",
    "Session",
    "TooMany",
    "actor_of_key",
    "recalled_by_key",
    "actor_of_session",
    "actor_of_user",
    "add",
    "add_key",
    "deactivate",
    "end_all",
    "everyone",
    "find",
    "give_code",
    "hashed",
    "keys_of",
    "of_user",
    "proof_of",
    "prove",
    "revoke",
    "revoke_all",
    "sessions_of",
    "set_active",
    "set_password",
    "rename_roles",
    "set_roles",
    "sign_in",
    "sign_out",
    "stamp",
    "stamp_key",
    "start",
]
