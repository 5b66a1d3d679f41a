"""Accounts, sessions and keys."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from customary.engine import people, records
from customary.engine.database import Database
from customary.engine.people import AccountProblem, Browser, TooMany, accounts, invitations, sessions, throttle
from customary.engine.people.keys import key
from customary.engine.people.sessions import session

PASSWORD = "a long password"


@pytest.fixture
def mary(crm):
    with crm.work() as work:
        return people.add(work, " Mary@Example.com ", people.hashed(PASSWORD), ["seller"], "Mary")


def sign_in(crm, *given):
    return people.sign_in(crm.database, crm.release, *given)


def actor(crm, token):
    with crm.database.read() as connection:
        return people.actor_of_session(connection, token, crm.release, crm.now)


def test_a_person_signs_in_acts_and_signs_out(crm, mary):
    found = sign_in(crm, "MARY@example.com", PASSWORD, crm.now)
    me = actor(crm, found.token)
    assert (me.id, me.name, me.email, me.roles) == (mary, "Mary", "mary@example.com", ("seller",))
    assert me.record["entity"] == "user"
    with crm.database.write() as connection:
        people.sign_out(connection, found.token)
    assert actor(crm, found.token) is None


def test_who_has_a_record_already_is_given_an_account_over_it(crm):
    with crm.work() as work:
        known = records.create(work, "user", {"name": "Zoe Chan", "email": "Zoe@example.com"})
        assert people.add(work, " zoe@EXAMPLE.com", None, ["seller"], "Z.") == known
        with pytest.raises(AccountProblem):
            people.add(work, "zoe@example.com", None, ["seller"])
        gone = records.create(work, "user", {"name": "Old", "email": "old@example.com"})
        records.archive(work, "user", gone)
        assert people.add(work, "old@example.com", None, ["seller"]) != gone


def test_a_hash_of_another_time_is_made_anew_when_its_owner_signs_in(crm, mary):
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    mine = accounts.account.c.user_id == mary
    with crm.database.write() as connection:
        connection.execute(accounts.account.update().where(mine).values(password_hash=weak))
    assert people.sign_in(crm.database, crm.release, "mary@example.com", "wrong password", crm.now) is None
    kept = sa.select(accounts.account.c.password_hash).where(mine)
    with crm.database.read() as connection:
        assert connection.execute(kept).scalar() == weak
    before = people.sign_in(crm.database, crm.release, "mary@example.com", PASSWORD, crm.now)
    with crm.database.read() as connection:
        assert "m=19456,t=2,p=1" in connection.execute(kept).scalar()
    assert people.sign_in(crm.database, crm.release, "mary@example.com", PASSWORD, crm.now) is not None
    assert actor(crm, before.token) is not None, "the password is the same, so nothing ends"


def test_nobody_may_sign_in_before_somebody_was_added(crm):
    with crm.database.read() as connection:
        assert people.everyone(connection) == []


def test_nothing_says_whether_the_account_or_the_password_was_wrong(crm, mary):
    assert sign_in(crm, "mary@example.com", "wrong password", crm.now) is None
    assert sign_in(crm, "nobody@example.com", PASSWORD, crm.now) is None
    for strange in ("", "\0", "x" * 10_000, "\ud800@x.y", "a@b@c"):
        assert sign_in(crm, "mary@example.com", strange, crm.now, Browser(strange[:9])) is None
        assert sign_in(crm, strange, PASSWORD, crm.now) is None


def test_secrets_are_kept_as_hashes_only(crm, mary):
    found = sign_in(crm, "mary@example.com", PASSWORD, crm.now)
    with crm.database.write() as connection:
        secret = people.add_key(connection, mary, "robot", crm.now)
        kept = [
            *connection.execute(sa.select(session.c.id)).scalars(),
            *connection.execute(sa.select(key.c.hash)).scalars(),
        ]
    assert not {found.token, secret} & set(kept)


def test_guessing_is_braked_per_address_and_forgotten_after_a_success(crm, mary):
    for _ in range(5):
        sign_in(crm, "mary@example.com", "wrong", crm.now, Browser("10.0.0.1"))
    with pytest.raises(TooMany) as braked:
        sign_in(crm, "mary@example.com", PASSWORD, crm.now, Browser("10.0.0.1"))
    assert 0 < braked.value.retry_after_seconds <= 900
    assert sign_in(crm, "mary@example.com", PASSWORD, crm.now, Browser("10.0.0.2")) is not None
    later = crm.now + timedelta(minutes=16)
    assert sign_in(crm, "mary@example.com", PASSWORD, later, Browser("10.0.0.1")) is not None


def test_who_chose_a_new_password_by_a_link_need_not_wait_for_guesses_at_the_old_one(crm, mary):
    home, elsewhere = Browser("10.0.0.1"), Browser("10.0.0.2")
    for browser in (home, elsewhere):
        for _ in range(5):
            sign_in(crm, "mary@example.com", "wrong", crm.now, browser)
    with crm.database.write() as connection:
        _, link = invitations.reset(connection, crm.release, "mary@example.com", crm.now)
        invitations.choose_password(connection, link, people.hashed("another password"), crm.now, home)
    assert sign_in(crm, "mary@example.com", "another password", crm.now, home) is not None
    with pytest.raises(TooMany):
        sign_in(crm, "mary@example.com", "another password", crm.now, elsewhere)


def test_however_many_guess_at_once_no_more_are_looked_at_than_are_free(crm, mary, monkeypatch):
    looked = []
    monkeypatch.setattr(people.passwords, "fits", lambda password, kept: looked.append(password) and False)
    others = [Database(crm.database.url.render_as_string(hide_password=False)) for _ in range(3)]

    def guess(number):
        try:
            people.sign_in(others[number % 3], crm.release, "mary@example.com", "guess", crm.now, Browser("10.0.0.1"))
        except TooMany:
            return 1
        return 0

    with ThreadPoolExecutor(12) as pool:
        refused = sum(pool.map(guess, range(36)))
    for each in others:
        each.close()
    assert (len(looked), refused) == (5, 31)


def test_who_signed_in_here_before_is_not_kept_out_by_what_others_guess(crm, mary, monkeypatch):
    monkeypatch.setattr(throttle, "FREE_FAILURES_OF_ONE_ACCOUNT", 6)
    home = sign_in(crm, "mary@example.com", PASSWORD, crm.now, Browser("10.0.0.1")).known
    for number in range(8):
        with contextlib.suppress(TooMany):
            sign_in(crm, "mary@example.com", "wrong", crm.now, Browser(f"10.0.1.{number // 4}"))
    with pytest.raises(TooMany):
        sign_in(crm, "mary@example.com", PASSWORD, crm.now, Browser("10.0.0.9"))
    assert sign_in(crm, "mary@example.com", PASSWORD, crm.now, Browser("10.0.0.9", known=home))
    for _ in range(5):
        sign_in(crm, "mary@example.com", "wrong", crm.now, Browser("10.0.0.9", known=home))
    with pytest.raises(TooMany):
        sign_in(crm, "mary@example.com", PASSWORD, crm.now, Browser("10.0.0.9", known=home))


def test_a_browser_known_for_one_person_is_a_stranger_to_others(crm, mary):
    with crm.work() as work:
        people.add(work, "bob@example.com", people.hashed(PASSWORD), ["seller"], "Bob")
    bobs = sign_in(crm, "bob@example.com", PASSWORD, crm.now, Browser("10.0.0.2")).known
    for _ in range(5):
        sign_in(crm, "mary@example.com", "wrong", crm.now, Browser("10.0.0.1"))
    with pytest.raises(TooMany):
        sign_in(crm, "mary@example.com", PASSWORD, crm.now, Browser("10.0.0.1", known=bobs))


def test_a_session_runs_out_unless_it_is_used(crm, mary):
    found = sign_in(crm, "mary@example.com", PASSWORD, crm.now)
    crm.now += timedelta(days=20)
    with crm.database.write() as connection:
        people.stamp(connection, found.token, crm.now)
    crm.now += timedelta(days=20)
    assert actor(crm, found.token) is not None
    crm.now += timedelta(days=31)
    assert actor(crm, found.token) is None


def test_a_session_ends_after_ninety_days_however_much_it_is_used(crm, mary):
    found = sign_in(crm, "mary@example.com", PASSWORD, crm.now)
    for _ in range(43):
        crm.now += timedelta(days=2)
        with crm.database.write() as connection:
            people.stamp(connection, found.token, crm.now)
    assert actor(crm, found.token) is not None
    crm.now += timedelta(days=4)
    assert actor(crm, found.token) is None


def test_who_signs_in_anew_leaves_no_session_behind(crm, mary):
    first = sign_in(crm, "mary@example.com", PASSWORD, crm.now)
    again = sign_in(crm, "mary@example.com", PASSWORD, crm.now, Browser(session=first.token))
    assert actor(crm, first.token) is None and actor(crm, again.token) is not None


@pytest.mark.parametrize("proven", [lambda *at: sessions.freshen(*at), lambda *at: sessions.strengthen(*at[:2])])
def test_who_proves_once_more_who_they_are_has_another_secret(crm, mary, proven):
    found = sign_in(crm, "mary@example.com", PASSWORD, crm.now)
    with crm.database.write() as connection:
        fresh = proven(connection, found.token, crm.now)
    assert actor(crm, found.token) is None and actor(crm, fresh).id == mary


def test_a_key_acts_for_its_owner_until_it_is_revoked(crm, mary):
    with crm.database.write() as connection:
        secret = people.add_key(connection, mary, "robot", crm.now)
        people.stamp_key(connection, secret, crm.now)
    with crm.database.read() as connection:
        assert people.actor_of_key(connection, secret, crm.release).id == mary
        (kept,) = people.keys_of(connection, mary)
        for strange in ("", "cus_", secret + "x", "\ud800", "cus_\ud800", "x" * 9_999):
            assert people.actor_of_key(connection, strange, crm.release) is None
    assert (kept.name, kept.last_used) == ("robot", crm.now)
    with crm.database.write() as connection:
        people.revoke(connection, kept.id, crm.now)
    with crm.database.read() as connection:
        assert people.actor_of_key(connection, secret, crm.release) is None


def test_who_is_shut_out_is_out_at_once(crm, mary):
    found = sign_in(crm, "mary@example.com", PASSWORD, crm.now)
    with crm.work() as work:
        people.set_active(work, mary, False)
    assert actor(crm, found.token) is None
    assert sign_in(crm, "mary@example.com", PASSWORD, crm.now) is None


def test_a_new_password_ends_all_sessions(crm, mary):
    found = sign_in(crm, "mary@example.com", PASSWORD, crm.now)
    with crm.database.write() as connection:
        people.set_password(connection, mary, people.hashed("another password"), crm.now)
    assert actor(crm, found.token) is None
    assert sign_in(crm, "mary@example.com", "another password", crm.now) is not None


def test_a_password_may_be_anything_is_taken_as_typed_and_never_runs_out(crm, mary):
    typed = "  ΜΑΡΊΑ 密码 é " + "x" * 200
    with crm.database.write() as connection:
        people.set_password(connection, mary, people.hashed(typed), crm.now)
    crm.now += timedelta(days=2_000)
    for other in (typed.strip(), typed.lower(), typed[:72], typed[:-1]):
        assert sign_in(crm, "mary@example.com", other, crm.now) is None, other
    assert sign_in(crm, "mary@example.com", typed, crm.now) is not None


def test_what_cannot_be_an_account_is_refused(crm, mary):
    for email, password, roles in (
        ("mary@example.com", PASSWORD, ["seller"]),
        ("no address", PASSWORD, []),
        ("x@example.com", "short", []),
        ("y@example.com", PASSWORD, ["boss"]),
    ):
        with pytest.raises(AccountProblem), crm.work() as work:
            people.add(work, email, password, roles)
    assert crm.rows("user") == 1


def test_language_is_kept_on_the_persons_record(crm, mary):
    crm.update("user", mary, language="el")
    with crm.database.read() as connection:
        assert people.actor_of_user(connection, mary, crm.release).language == "el"
    with crm.work() as work:
        records.archive(work, "user", mary)
    with crm.database.read() as connection:
        assert people.actor_of_user(connection, mary, crm.release) is None
