"""Who has not signed in yet, and a workspace from which mails go out."""

from __future__ import annotations

import pytest
from litestar.testing import TestClient

from customary.ui.people import new_password
from customary.ui.visitor import VISITOR, csrf_of


@pytest.fixture
def stranger(workspace, app_of):
    with TestClient(app_of(workspace)) as client:
        client.follow_redirects = False
        client.cookies.set(VISITOR, "visitor")
        client.headers["X-CSRF-Token"] = csrf_of("visitor")
        yield client


@pytest.fixture
def mailing(settle, monkeypatch):
    monkeypatch.setattr(new_password, "LATER_SECONDS", 0)
    settle(web_address="https://crm.example.com", mail={"host": "127.0.0.1", "port": 9})
