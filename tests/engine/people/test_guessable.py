"""Passwords that are guessed first are refused, and no others."""

from __future__ import annotations

import gzip

import pytest

from customary.engine.people import guessable
from customary.engine.people.guessable import why_not

ABOUT = ("Acme Sales", "Zoe Smith", "zoe.smith@acme.example.com")
LEAKED = "Password123!", "P@ssw0rd2026", "manchester1", "PASSWORDPASSWORD", "abababababab", "12345678901", "1q2w3e4r5t"
OF_HERE = "acme-sales-2026", "Zoe.Smith.99", "customary-acme", "zoe+manchester"
GOOD = "correct horse battery", "likes tea and Acme", "x7k-2mq-9vd", "ΜΑΡΊΑ 密码 καλό", "\ud800 lone but long"


@pytest.mark.parametrize("password", (*LEAKED, *OF_HERE, "too short"))
def test_what_others_try_first_is_refused(password: str) -> None:
    assert why_not(password, *ABOUT) is not None


@pytest.mark.parametrize("password", GOOD)
def test_what_nobody_would_try_is_taken(password: str) -> None:
    assert why_not(password, *ABOUT) is None


@pytest.mark.parametrize("password", OF_HERE[:2])
def test_who_and_where_one_is_matters(password: str) -> None:
    assert why_not(password) is None


def test_of_the_list_each_that_is_long_enough_is_refused() -> None:
    with gzip.open(guessable._LEAKED, "rt", encoding="utf-8") as file:
        leaked = file.read().split("\n")[1:-1]
    long = [each for each in leaked if len(each) >= guessable.SHORTEST]
    assert (len(leaked), len(long)) == (55_520, 2_765)
    assert all(why_not(each) is not None for each in long[::100])
