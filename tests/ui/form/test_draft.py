"""A new form: what its fields begin with."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from customary.engine.workspace import Workspace

OWN = """
entity: deal
fields:
  heading: {type: text, default: '{{ greeting }}!'}
  greeting: {type: text, default: '="To " + addressee'}
  addressee: {type: text, default: =account.name}
"""


@pytest.fixture
def workspace(built: Path, workspace: Workspace) -> Iterator[Workspace]:
    schemas = Path(workspace.directory) / "schemas"
    schemas.mkdir(exist_ok=True)
    (schemas / "deal.yaml").write_text(OWN, encoding="utf-8")
    workspace.apply(by="test")
    return workspace


def test_defaults_follow_what_the_address_gives_and_each_other(client: TestClient, first: Callable) -> None:
    account = first("account")
    page = html.unescape(client.get(f"/deal/new?account={account.id}").text)
    assert f'value="To {account.title}!"' in page
    assert f'value="To {account.title}"' in page
    given = html.unescape(client.get(f"/deal/new?account={account.id}&addressee=you").text)
    assert 'value="To you!"' in given
