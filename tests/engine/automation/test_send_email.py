"""What goes with the mails of rules, and from whom they come, up to the server that takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from customary.engine.automation.worker import send_once
from customary.engine.messages import enclosed as enclosing
from customary.engine.messages import fonts, letters
from customary.engine.plan.impact.mentions import mentions
from customary.engine.problem import DefinitionError
from customary.engine.records.writer import attach

from ..messages.conftest import Server, server  # noqa: F401 - a fixture
from .conftest import ON_SQLITE, House

OFFER = """
entity: offer
title: name
fields:
  name: {type: text, required: true}
  email: {type: email}
  paper: {type: file}
  more: {type: files}
  before: {type: link, to: offer}
  sender: {type: text}
---
document: terms
about: offer
title: 'Terms {{ name }}'
body: |
  # Terms for {{ name }}
---
workflow: send_it
when: {created: offer}
where: email != null
do:
  - send_email:
      to: =email
      from: STEP_FROM
      subject: Offer
      body: Hello
      attach: [paper, more, =before.paper, {document: terms}]
"""
STORED = "=sender"


@pytest.fixture
def posting(
    house: Callable[..., House],
    server: Server,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., House]]:
    """A house whose mails go to a real server, which keeps them in `mails`."""
    monkeypatch.setattr(fonts, "_of_the_machine", dict)

    def opened(sender: str = STORED) -> House:
        mail = f"{{host: 127.0.0.1, port: {server.mail['port']}, from: House <house@example.com>"
        settings = f"mail: {mail}, senders: [sales@example.com, '@shop.example.com']}}\n"
        home = house(OFFER.replace("STEP_FROM", sender), settings=settings)
        home.mails = server.mails
        return home

    yield opened


def kept(home: House, name: str, data: bytes) -> Any:
    return home.do(lambda work: attach.keep(work, home.workspace.files, name, data)).attached


def posted(home: House) -> int:
    home.settle()
    return send_once(home.database, home.releases, home.now, store=home.workspace.files)


def test_a_mail_brings_files_and_printed_documents_and_comes_from_one_of_the_senders(posting: Callable) -> None:
    home = posting()
    old = home.create("offer", name="Old", paper=kept(home, "old.txt", b"old"))
    files = [kept(home, "Σχέδιο.png", b"\x89PNG\r\n\x1a\n"), kept(home, "a.eml", b"From: a@example.com\n\nHi")]
    values = {"paper": kept(home, "offer.pdf", b"%PDF-1.4 x"), "more": files, "before": old}
    home.create("offer", name="Acme", email="zoe@example.com", sender="Sales <sales@example.com>", **values)
    assert posted(home) == 1
    [mail] = home.mails
    assert (mail["From"], mail["To"]) == ("Sales <sales@example.com>", "zoe@example.com")
    body, *brought = mail.iter_parts()
    assert body.get_content_type() == "multipart/alternative"
    names = [each.get_filename() for each in brought]
    assert sorted(names) == sorted(["offer.pdf", "Σχέδιο.png", "a.eml", "old.txt", "Terms Acme.pdf"])
    found = {each.get_filename(): each.get_payload(decode=True) for each in brought}
    assert (found["offer.pdf"], found["old.txt"]) == (b"%PDF-1.4 x", b"old")
    assert found["Terms Acme.pdf"].startswith(b"%PDF-") and found["a.eml"].endswith(b"Hi")


@ON_SQLITE
def test_mail_comes_from_nobody_who_is_not_listed(posting: Callable) -> None:
    home = posting()
    for sender in ("boss@other.example.com", "sales@example.com <boss@other.example.com>", "x"):
        home.create("offer", name="A", email="zoe@example.com", sender=sender)
    home.create("offer", name="A", email="zoe@example.com", sender="any@SHOP.example.com")
    home.create("offer", name="A", email="zoe@example.com")
    assert posted(home) == 2
    assert [each["From"] for each in home.mails] == ["any@SHOP.example.com", "House <house@example.com>"]
    assert [each.status for each in home.runs()] == ["failed"] * 3 + ["done"] * 2
    with pytest.raises(DefinitionError, match="no mail may come from “boss@other.example.com”"):
        home.redefine(OFFER.replace("STEP_FROM", "boss@other.example.com"))


@ON_SQLITE
def test_what_is_too_large_or_gone_is_said(posting: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    home = posting("sales@example.com")
    paper = kept(home, "a.txt", b"abc")
    home.create("offer", name="A", email="zoe@example.com", paper=paper)
    home.settle()
    home.workspace.files.remove(paper.id)
    assert posted(home) == 0
    [letter] = home.do(lambda work: letters(work.connection))
    assert (letter.status, str(letter.why)) == ("failed", "the file “a.txt” is not there any more")
    monkeypatch.setattr(enclosing, "MOST_MEGABYTES", 0)
    home.create("offer", name="A", email="zoe@example.com", paper=kept(home, "b.txt", b"abc"))
    home.settle()
    assert home.runs()[-1].status == "failed"


MESSAGE = (
    OFFER.partition("workflow:")[0]
    + """message: offered
about: offer
subject: Offer
body: Hello
attachments: [paper, more, =before.paper, {document: terms}]
---
workflow: send_it
when: {created: offer}
where: email != null
do: [{send: {to: =record, message: offered}}, {send_email: {to: =email, message: offered, attach: [paper]}}]
"""
)


def test_a_message_brings_what_it_names_each_time_and_nothing_twice(house: Callable) -> None:
    home = house(MESSAGE, settings="mail: {host: smtp.invalid, from: house@example.com}")
    old = home.create("offer", name="Old", paper=kept(home, "old.txt", b"old"))
    paper, more = kept(home, "offer.pdf", b"%PDF-1.4 x"), [kept(home, "a.txt", b"a")]
    home.create("offer", name="Acme", email="zoe@example.com", paper=paper, more=[*more, paper], before=old)
    home.create("offer", name="Bare", email="ann@example.com")
    home.settle()
    found = home.do(lambda work: letters(work.connection))
    brought = [
        sorted(each.get("name") or each["document"]["title"] for each in letter.details["enclosed"]) for letter in found
    ]
    assert sorted(brought) == [["Terms Acme", "a.txt", "offer.pdf", "old.txt"]] * 2 + [["Terms Bare"]] * 2


@ON_SQLITE
def test_a_plan_says_that_a_message_brings_a_field_which_goes_away(house: Callable) -> None:
    home = house(MESSAGE)
    found = {(kind, name, thing) for kind, name, thing in mentions(home.workspace.release.model) if kind == "message"}
    named = {("message", "offered", ("field", "offer", "paper")), ("message", "offered", ("document", "terms"))}
    assert named <= found
