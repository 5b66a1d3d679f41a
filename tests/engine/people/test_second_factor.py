"""A code that changes every half minute, recovery codes, and roles that demand them."""

from __future__ import annotations

import base64
import dataclasses
import math
import os
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from customary.engine import people, sealing
from customary.engine.model.people.sign_in import SignIn
from customary.engine.people import Browser, Halfway, TooMany, invitations, second_factor, tickets
from customary.engine.people.second_factor import factor, recovery_code
from customary.engine.people.sign_in import CODE, ENROL

PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv(sealing.KEY_VARIABLE, base64.b64encode(os.urandom(32)).decode())


@pytest.fixture
def mary(crm):
    with crm.work() as work:
        return people.add(work, "mary@example.com", people.hashed(PASSWORD), ["seller"], "Mary")


@pytest.fixture
def secret(crm, mary):
    """Mary's secret, set up a minute ago."""
    secret = second_factor.new_secret()
    with crm.database.write() as connection:
        kept = second_factor.sealed(secret, mary)
        second_factor.set_up(connection, mary, kept, code(secret, crm.now), crm.now)
    crm.now += timedelta(minutes=1)
    return secret


def code(secret, now):
    return pyotp.TOTP(secret).at(now)


def sign_in(crm):
    return people.sign_in(crm.database, crm.release, "mary@example.com", PASSWORD, crm.now)


def give(crm, ticket, code):
    with crm.database.write() as connection:
        return people.give_code(connection, ticket, code, crm.now, Browser("10.0.0.1", "Lynx"))


def test_the_password_alone_opens_nothing_any_more(crm, secret):
    halfway = sign_in(crm)
    assert isinstance(halfway, Halfway) and halfway.needs == CODE
    with crm.database.read() as connection:
        assert people.actor_of_session(connection, halfway.ticket, crm.release, crm.now) is None
    assert give(crm, halfway.ticket, "000000") is None
    session = give(crm, halfway.ticket, code(secret, crm.now))
    with crm.database.read() as connection:
        assert people.actor_of_session(connection, session.token, crm.release, crm.now).email == "mary@example.com"


def test_a_forgotten_password_does_not_go_round_it(crm, secret):
    with crm.database.write() as connection:
        _, link = invitations.reset(connection, crm.release, "mary@example.com", crm.now)
        invitations.choose_password(connection, link, people.hashed("another password"), crm.now)
    halfway = people.sign_in(crm.database, crm.release, "mary@example.com", "another password", crm.now)
    assert isinstance(halfway, Halfway) and halfway.needs == CODE


def test_a_code_and_a_ticket_are_good_once(crm, secret):
    first, second = sign_in(crm), sign_in(crm)
    now = code(secret, crm.now)
    assert give(crm, first.ticket, now) is not None
    assert give(crm, first.ticket, code(secret, crm.now + timedelta(seconds=30))) is None
    assert give(crm, second.ticket, now) is None
    crm.now += timedelta(seconds=30)
    assert give(crm, second.ticket, code(secret, crm.now)) is not None


def test_a_clock_may_be_half_a_minute_wrong_and_no_more(crm, mary, secret):
    with crm.database.write() as connection:
        for wrong, right in ((-90, False), (90, False), (-30, True), (30, True)):
            moment = crm.now + timedelta(seconds=wrong)
            assert second_factor.fits(connection, mary, code(secret, moment), crm.now) is right, wrong


def test_guessing_codes_is_braked_wherever_it_comes_from(crm, secret):
    for number in range(5):
        assert give(crm, sign_in(crm).ticket, f"00000{number}") is None
    with pytest.raises(TooMany):
        give(crm, sign_in(crm).ticket, code(secret, crm.now))
    crm.now += timedelta(minutes=16)
    assert give(crm, sign_in(crm).ticket, code(secret, crm.now)) is not None


def test_a_ticket_runs_out(crm, secret):
    halfway = sign_in(crm)
    crm.now += timedelta(minutes=11)
    assert give(crm, halfway.ticket, code(secret, crm.now)) is None


def test_recovery_codes_stand_in_once_each(crm, mary, secret):
    with crm.database.write() as connection:
        codes = second_factor.renew_recovery_codes(connection, mary)
        assert len(set(codes)) == second_factor.RECOVERY_CODES
        assert all(len(each.replace("-", "")) * math.log2(len(set(second_factor._LETTERS))) >= 128 for each in codes)
        assert second_factor.fits(connection, mary, codes[0].upper().replace("-", " "), crm.now)
        assert not second_factor.fits(connection, mary, codes[0], crm.now)
        assert second_factor.recovery_codes_left(connection, mary) == 9
        for strange in ("", "\0", "x" * 10_000, "\ud800", "١٢٣٤٥٦"):
            assert not second_factor.fits(connection, mary, strange, crm.now)


def test_neither_the_secret_nor_a_recovery_code_lies_in_the_database(crm, mary, secret):
    with crm.database.write() as connection:
        codes = second_factor.renew_recovery_codes(connection, mary)
        kept = str(connection.execute(sa.select(factor)).all() + connection.execute(sa.select(recovery_code)).all())
    assert secret not in kept
    assert not [each for each in codes if each in kept or each.replace("-", "") in kept]


def test_a_secret_copied_to_another_person_opens_nothing(crm, mary, secret):
    with crm.work() as work:
        other = people.add(work, "bob@example.com", None, ["seller"], "Bob")
    with crm.database.write() as connection:
        kept = connection.execute(sa.select(factor.c.secret)).scalar_one()
        connection.execute(factor.insert().values(user_id=other, secret=kept, since=crm.now, last_step=0))
        with pytest.raises(sealing.Unopened):
            second_factor.fits(connection, other, code(secret, crm.now), crm.now)


def test_a_role_that_demands_a_second_factor_asks_for_one_and_ends_sessions_without(crm, mary):
    before = sign_in(crm)
    settings = dataclasses.replace(crm.release.model.settings, sign_in=SignIn(second_factor=frozenset({"seller"})))
    demanding = dataclasses.replace(crm.release, model=dataclasses.replace(crm.release.model, settings=settings))
    asked = people.sign_in(crm.database, demanding, "mary@example.com", PASSWORD, crm.now)
    assert isinstance(asked, Halfway) and asked.needs == ENROL
    with crm.database.write() as connection:
        strong = people.start(connection, mary, crm.now, people.sessions.TWO_FACTORS)
        assert people.actor_of_session(connection, before.token, crm.release, crm.now) is not None
        assert people.actor_of_session(connection, before.token, demanding, crm.now) is None
        assert people.actor_of_session(connection, strong.token, demanding, crm.now) is not None


def test_who_is_shut_out_halfway_stays_out(crm, mary, secret):
    halfway = sign_in(crm)
    with crm.work() as work:
        people.set_active(work, mary, False)
    assert give(crm, halfway.ticket, code(secret, crm.now)) is None


def test_of_two_who_redeem_one_ticket_one_gets_on(crm, mary):
    with crm.database.write() as connection:
        ticket = tickets.issue(connection, "invite", crm.now, timedelta(hours=1), mary)
        assert tickets.redeem(connection, ticket, "reset", crm.now) is None
        assert tickets.redeem(connection, ticket, "invite", crm.now).user_id == mary
        assert tickets.redeem(connection, ticket, "invite", crm.now) is None
