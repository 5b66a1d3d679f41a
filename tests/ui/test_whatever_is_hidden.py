"""Whatever fields a role hides, every page and answer stands: it leaves out what it would have told of them."""

from __future__ import annotations

import copy
import dataclasses

import pytest

from customary.engine.model.people.role import ALWAYS_SEEN
from customary.engine.model.role import Grant, Role
from customary.engine.words import Words
from customary.ui.web.rate import Quota

from .test_every_door import filled, routes

ASKED = ("account", "deal", "task")
ALONE = ({"owner"}, {"done", "open"}, {"due", "outcome", "deal"}, {"stage", "about", "lines"})
"""Fields that pages ask for by themselves. Together, one would hide that the next is asked for."""


@pytest.fixture
def hiding(workspace, signed_in):
    """`hiding(names)` is a client of somebody who may do everything, from whom all fields of these names are hidden."""
    whole = workspace.release
    acts = dict.fromkeys(("read", "create", "update", "delete", "export"), True)

    def hide(names):
        grants = {
            each.name: Grant(**acts, fields=dict.fromkeys(names & each.fields.keys(), "hidden"))
            for each in whole.model.entities.values()
        }
        role = Role(name="hiding", label=Words({}), entities=grants, dashboards=("sales",))
        model = dataclasses.replace(whole.model, roles={**whole.model.roles, "hiding": role}, digest=f"{sorted(names)}")
        # What is kept for a release hangs on its tables.
        workspace.releases.keep(dataclasses.replace(whole, model=model, tables=copy.copy(whole.tables)))

    hide(set())
    client = signed_in("hiding")

    def client_from_whom(names):
        hide(names)
        client.app.state.quota = Quota()
        return client

    return client_from_whom


def test_no_page_breaks_by_what_a_role_hides(hiding, workspace, first):
    ids = {name: [first(name).id] for name in ASKED}
    client = hiding(set())
    pages = [address for path in routes(client, "GET") for address in filled(path, ids)]
    pages = [each for each in pages if not each.startswith("/settings") and client.get(each).status_code == 200]
    assert len(pages) > 60
    entities = workspace.release.model.entities.values()
    others = {each.name for entity in entities for each in entity.fields.values()} - ALWAYS_SEEN
    broken = {}
    for hidden in (*ALONE, others.difference(*ALONE)):
        client = hiding(hidden)
        # A field that is hidden has no address.
        found = {address: client.get(address).status_code for address in pages}
        broken |= {(each, *hidden): status for each, status in found.items() if status not in (200, 404)}
        gone = [each for each, status in found.items() if status == 404 and not {*each.split("/")} & hidden]
        assert gone == []
    assert broken == {}
