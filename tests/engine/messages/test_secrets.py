"""Secrets, and signatures made with them."""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime, timedelta

import pytest

from customary.engine.database import Database
from customary.engine.messages.secrets import forget_secret, keep_secret, make_secret, secrets_of
from customary.engine.messages.signature import signed, signed_at

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_a_changed_secret_holds_on_for_a_day(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUSTOMARY_SECRET_KEY", base64.b64encode(os.urandom(32)).decode())
    with database.write() as connection:
        keep_secret(connection, "far", "old", NOW)
        new = make_secret(connection, "far", NOW + timedelta(days=9))
        assert secrets_of(connection, "far", NOW + timedelta(days=9, hours=23)) == [new, "old"]
        assert secrets_of(connection, "far", NOW + timedelta(days=10)) == [new]
        assert secrets_of(connection, "near", NOW) == []
        monkeypatch.setenv("CUSTOMARY_SECRET_KEY", base64.b64encode(os.urandom(32)).decode())
        assert secrets_of(connection, "far", NOW) == []
        assert (forget_secret(connection, "far"), forget_secret(connection, "far")) == (True, False)


def test_a_signature_holds_for_its_body_its_time_and_its_secret() -> None:
    header = signed("new", b"{}", NOW)
    assert signed_at(header, b"{}", ["other", "new"]) == NOW
    later = header.replace(f"t={int(NOW.timestamp())}", f"t={int(NOW.timestamp()) + 1}")
    for wrong, body in ((later, b"{}"), (header, b"{ }"), (header[:-1] + "x", b"{}")):
        assert signed_at(wrong, body, ["new"]) is None
    assert signed_at(header, b"{}", []) is None
    for wrong in ("", "t=1", "v1=ab", "t=x,v1=ab", "t=²,v1=ab", f"t={'9' * 40},v1=ab", header.replace("v1=", "v1=é")):
        assert signed_at(wrong, b"{}", ["new"]) is None
