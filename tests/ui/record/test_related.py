"""What is related to a record, listed beside it: rows between two records stand on both their pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from litestar.testing import TestClient

from customary.engine import records
from customary.engine.workspace import Workspace

EVENTS = """
entity: event
label: Event
title: name
fields:
  name: {type: text, required: true}
  guests: {type: links, to: contact, through: invitation, inverse: invitations}
---
entity: invitation
label: Invitation
fields:
  event: {type: link, to: event, required: true}
  contact: {type: link, to: contact, required: true}
  answer: {type: choice, options: [accepted, declined]}
"""


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    (workspace.directory / "schemas" / "event.yaml").write_text(EVENTS, encoding="utf-8")
    workspace.apply(by="test")
    return workspace


def test_rows_between_are_listed_on_both_sides(client: TestClient, first: Callable, inside: Callable[..., Any]) -> None:
    contact = first("contact")
    event = inside(
        records.create, "event", {"name": "Summer fair", "guests": [{"contact": contact.id, "answer": "declined"}]}
    )
    page = client.get(f"/contact/{contact.id}").text
    row = f'href="/invitation/{first("invitation").id}"'
    assert 'id="related-invitations"' in page and row in page and "Summer fair" in page
    assert "Declined" in page[page.index('id="related-invitations"') :]
    assert "/invitation/new" not in page  # it is made in the event
    assert client.get(f"/event/{event}").text.count('id="related-') == 1  # the guests, and no list of the same rows
