"""What people may ask for, from their record's page: all that is known of them, and its erasure."""

from __future__ import annotations

import io
from zipfile import ZipFile

from customary.engine import records
from customary.engine.audit import lines


def test_an_administrator_sees_what_goes_and_erases(client, first, inside):
    contact = first("contact", "email != null")
    name, email = contact.values["name"], contact.values["email"]
    address = f"/contact/{contact.id}/erasure"
    assert f'href="{address}"' in client.get(f"/contact/{contact.id}").text
    shown = client.get(address).text
    assert "What goes" in shown
    assert "Full name, Job title" in shown
    done = client.post(address, data={"why": "Asked for it by letter"})
    assert "The person is erased." in done.text
    assert "Why: Asked for it by letter" in done.text
    assert "Ann Lee erased what was personal here" in done.text
    for text in (done.text, client.get(address).text, client.get(f"/api/contact/{contact.id}").text):
        assert name not in text
        assert email not in text
    assert inside(records.get, "contact", contact.id).values["owner"] == contact.values["owner"]


def test_all_that_is_known_comes_as_one_file(client, first, inside):
    contact = first("contact", "email != null")
    address = f"/contact/{contact.id}/dossier"
    assert f'href="{address}"' in client.get(f"/contact/{contact.id}").text
    answer = client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    with ZipFile(io.BytesIO(answer.content)) as made:
        assert contact.title in made.read("records.json").decode()
    (line,) = inside(lambda work: list(lines(work.connection, kind="exported")))
    assert (line.record, line.details) == (contact.id, {"format": "dossier"})


def test_what_is_not_personal_offers_nothing_to_erase(client, first):
    product = first("product")
    assert "/erasure" not in client.get(f"/product/{product.id}").text
    told = client.get(f"/product/{product.id}/erasure")
    assert "has no field that is marked personal: true" in told.text
    assert client.post(f"/product/{product.id}/erasure", data={}).status_code == 422


def test_nobody_else_may(signed_in, first):
    contact, member = first("contact"), signed_in("member")
    assert "/erasure" not in member.get(f"/contact/{contact.id}").text
    assert member.get(f"/contact/{contact.id}/erasure").status_code == 403
    assert member.post(f"/contact/{contact.id}/erasure", data={}).status_code == 403
    assert member.get(f"/contact/{contact.id}/dossier").status_code == 403
