"""Mail that comes in: filed, answered, set aside, and never answered by two programs in turn."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest

from customary.engine.automation.outside.mails import heard
from customary.engine.files import find
from customary.engine.messages import Letter, letters, stops, write
from customary.engine.messages.incoming import Received, aside, collect, mailboxes, received_about, try_again
from customary.engine.messages.incoming.collect import look_soon
from customary.engine.messages.incoming.received import direct
from customary.engine.messages.outbox import find_letter
from customary.engine.messages.reactions import reactions_to

from .conftest import House

TICKETS = """
entity: ticket
title: subject
fields:
  subject: {type: text, required: true, max_length: 40}
  text: {type: long_text}
  from: {type: email}
  contact: {type: link, to: contact}
  note: {type: text}
---
mailbox: support
entity: ticket
new: {subject: =payload.subject, text: =payload.text, from: =payload.from, contact: =sender}
---
message: got_it
about: ticket
subject: 'Re: {{ subject }}'
body: 'We got it.'
---
workflow: confirm
label: Confirm
when: {email: support}
where: payload.new
do: [{send_email: {to: =payload.from, message: got_it}}]
---
workflow: more
label: More
when: {email: support}
where: '!payload.new'
do: [{set: {note: =payload.text}}]
"""
SETTINGS = """
mail: {host: smtp.invalid, from: Crm <crm@house.example.com>}
mailboxes:
  support: {host: imap.invalid, user: support, address: support@house.example.com, token: address, since: 2026-01-01}
"""


class Folder:
    """A folder of mails in memory, as a server would show it."""

    def __init__(self) -> None:
        self.validity, self.mails, self.error = 1, [], None
        self.opened = 0

    @property
    def following(self) -> int:
        return len(self.mails) + 1

    @contextmanager
    def open(self, name: str, server: Mapping[str, Any]) -> Iterator[Folder]:
        self.opened += 1
        if self.error is not None:
            raise self.error
        yield self

    def after(self, number: int) -> list[int]:
        return list(range(number + 1, self.following))

    def since(self, day: date) -> list[int]:
        return self.after(0)

    def named(self, message_id: str) -> int | None:
        found = (number for number in self.after(0) if f"Message-ID: {message_id}".encode() in self.read(number))
        return next(found, None)

    def size(self, number: int) -> int:
        return len(self.mails[number - 1])

    def read(self, number: int) -> bytes:
        return self.mails[number - 1]


class Desk:
    """A house with a mailbox, and what people write to it."""

    def __init__(self, home: House) -> None:
        self.home, self.folder = home, Folder()

    def come(self, *mails: EmailMessage | bytes) -> int:
        """Mails come in and are collected; rules get their turn."""
        self.folder.mails += [each if isinstance(each, bytes) else each.as_bytes() for each in mails]
        self.home.now += timedelta(minutes=2)
        home = self.home
        taken = collect(home.database, home.releases, home.workspace.files, heard, home.now, self.folder.open)
        home.settle()
        return taken

    def letters(self) -> list[Letter]:
        return self.home.do(lambda work: letters(work.connection))[::-1]

    def about(self, record: UUID) -> list[Received]:
        return self.home.do(lambda work: received_about(work.connection, record))

    def aside(self) -> list[Received]:
        return self.home.do(lambda work: aside(work.connection))


@pytest.fixture
def desk(house: Callable[..., House]) -> Desk:
    return Desk(house(TICKETS, packs="core", settings=SETTINGS))


def mail(text: str = "It is broken.\n", sender: str = "Zoe <zoe@example.com>", **headers: str) -> EmailMessage:
    found = EmailMessage()
    given = {"From": sender, "To": "support@house.example.com", "Subject": "Help", "Message-ID": "<m1@example.com>"}
    for name, value in (given | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        found[name] = value
    found.set_content(text)
    return found


def test_a_mail_makes_a_record_and_its_answer_keeps_the_thread(desk: Desk) -> None:
    zoe = desk.home.create("contact", name="Zoe", email="Zoe@Example.com")
    assert desk.come(mail(Subject="A very long subject that no field of the ticket takes whole")) == 1
    [ticket] = desk.home.all("ticket")
    assert (ticket["contact"], ticket["from"], ticket["text"]) == (zoe, "zoe@example.com", "It is broken.")
    assert ticket["subject"] == "A very long subject that no field of the"
    [letter] = desk.letters()
    assert (letter.recipient, letter.record, letter.name) == ("zoe@example.com", ticket["id"], "got_it")
    assert (letter.details["in_reply_to"], letter.details["mailbox"]) == ("<m1@example.com>", "support")
    again = mail(
        "Still broken.\n\nOn Mon, 23 Nov 2026, Crm <crm@house.example.com> wrote:\n> We got it.\n",
        Message_ID="<m2@example.com>",
        In_Reply_To=f"<{letter.id}@house.example.com>",
        References=f"<m1@example.com> <{letter.id}@house.example.com>",
    )
    assert desk.come(again) == 1
    assert [each["note"] for each in desk.home.all("ticket")] == ["Still broken."]
    newest, first = desk.about(ticket["id"])
    assert (newest.text, "> We got it." in newest.whole, newest.answers) == ("Still broken.", True, letter.id)
    assert first.answers is None
    assert list(desk.home.do(lambda work: reactions_to(work.connection, [letter.id]))[letter.id]) == ["answered"]


@pytest.mark.parametrize("carrier", ["address", "subject", "thread"])
def test_an_answer_finds_its_record_by_whatever_it_carries(desk: Desk, carrier: str) -> None:
    desk.come(mail())
    [ticket], [letter] = desk.home.all("ticket"), desk.letters()
    carried = {
        "address": {"To": f"support+{letter.token.upper()}@house.example.com"},
        "subject": {"Subject": f"Re: Help [#{letter.token}]"},
        "thread": {"References": "<unknown@x> <m1@example.com>"},
    }
    desk.come(mail("More", sender="other@example.org", Message_ID="<m3@x>", **carried[carrier]))
    assert len(desk.home.all("ticket")) == 1
    assert [each.text for each in desk.about(ticket["id"])] == ["More", "It is broken."]


def test_without_new_a_mail_goes_to_who_wrote_it_or_is_set_aside_and_can_be_tried_again(desk: Desk) -> None:
    desk.home.redefine(
        TICKETS.replace("new: {subject", "help: {en").replace(
            ", text: =payload.text, from: =payload.from, contact: =sender}", "}"
        )
    )
    zoe = desk.home.create("contact", name="Zoe", email="zoe@example.com")
    assert desk.come(mail(), mail(sender="eve@example.com", Message_ID="<m2@x>")) == 1
    assert [each.text for each in desk.about(zoe)] == ["It is broken."]
    [left] = desk.aside()
    assert (left.sender, left.subject) == ("eve@example.com", "Help")
    eve = desk.home.create("contact", name="Eve", email="eve@example.com")
    assert desk.home.do(lambda work: try_again(work.connection, left.id)) is True
    assert desk.come() == 1
    assert (desk.aside(), len(desk.about(eve))) == ([], 1)


@pytest.mark.parametrize("still_there", [True, False])
def test_what_somebody_files_by_hand_is_fetched_once_more_or_filed_as_it_is(desk: Desk, still_there: bool) -> None:
    found = mail(sender="eve@example.com", X_Autoreply="yes")
    found.add_attachment(b"%PDF-1.7 x", maintype="application", subtype="pdf", filename="invoice.pdf")
    desk.come(found)
    [left], zoe = desk.aside(), desk.home.create("contact", name="Zoe", email="zoe@example.com")
    assert desk.home.do(lambda work: direct(work.connection, left.id, "contact", zoe, fetched=True))
    desk.folder.mails[0] = found.as_bytes() if still_there else b""
    assert desk.come() == still_there
    assert [len(each.files) for each in desk.about(zoe)] == [1 if still_there else 0]
    assert (desk.aside(), desk.home.all("ticket")) == ([], [])


def test_what_is_set_aside_stays_when_the_server_numbers_anew(desk: Desk) -> None:
    gone, there, nameless, new = (
        mail(sender="eve@example.com", X_Autoreply="yes", Message_ID=f"<{name}@x>", Subject=name)
        for name in ("gone", "there", "nameless", "new")
    )
    del nameless["Message-ID"]
    desk.come(gone, there, nameless)
    before = {each.subject: each.id for each in desk.aside()}
    desk.folder.mails, desk.folder.validity = [there.as_bytes(), nameless.as_bytes()], 2
    desk.come(new)
    left = {each.subject: each.uid for each in desk.aside()}
    assert (len(desk.aside()), left) == (4, {"gone": None, "there": 1, "nameless": 2, "new": 3})
    assert desk.home.do(lambda work: try_again(work.connection, before["gone"])) is False


def test_files_are_kept_with_the_record_and_known_by_their_content(desk: Desk) -> None:
    found = mail()
    found.add_attachment(b"%PDF-1.7 x", maintype="image", subtype="png", filename="../../evil\x00.png")
    desk.come(found)
    [ticket] = desk.home.all("ticket")
    [file] = desk.about(ticket["id"])[0].files
    assert (file["name"], file["type"], file["size"]) == ("evil\ufffd.png", "application/pdf", 10)
    kept = desk.home.do(lambda work: find(work.connection, [UUID(file["id"])]))[UUID(file["id"])]
    assert kept.record == ticket["id"]
    assert b"".join(desk.home.workspace.files.read(kept.id)) == b"%PDF-1.7 x"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-generated"},
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
        {"List_Id": "<list.example.com>"},
        {"X_Auto_Response_Suppress": "All"},
        {"From": "mailer-daemon@example.com"},
    ],
    ids=str,
)
def test_what_a_program_wrote_is_filed_and_never_answered(desk: Desk, headers: dict[str, str]) -> None:
    desk.come(mail(**headers))
    assert (len(desk.home.all("ticket")), desk.letters()) == (1, [])
    [run] = desk.home.runs()
    assert [step.status for step in desk.home.steps(run)] == ["skipped"]


def test_an_automatic_answer_makes_no_record_and_is_no_answer(desk: Desk) -> None:
    desk.come(mail())
    [letter] = desk.letters()
    away = {"Auto_Submitted": "auto-replied", "Message_ID": "<m2@x>"}
    desk.come(mail("I am away", **away, In_Reply_To=f"<{letter.id}@house.example.com>"))
    desk.come(mail("I am away", **(away | {"Message_ID": "<m3@x>"})))
    assert (len(desk.home.all("ticket")), len(desk.letters()), len(desk.aside())) == (1, 1, 1)
    assert desk.home.do(lambda work: reactions_to(work.connection, [letter.id])) == {}


def test_two_programs_that_hide_what_they_are_stop_writing_to_each_other(desk: Desk) -> None:
    for number in range(8):
        desk.come(mail(Message_ID=f"<n{number}@x>"))
    assert (len(desk.home.all("ticket")), len(desk.letters())) == (8, 5)


BOUNCE = """From: MAILER-DAEMON@mx.example.com
To: crm@house.example.com
Subject: Undelivered
Message-ID: <bounce@mx.example.com>
Content-Type: multipart/report; report-type=delivery-status; boundary=B

--B
Content-Type: text/plain

It did not work.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; someone-else@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--B
Content-Type: text/rfc822-headers

Message-ID: <{id}@house.example.com>
Subject: Hello
--B--
"""


@pytest.mark.parametrize(
    ("action", "status", "hard", "noted"),
    [("failed", "5.1.1", True, True), ("failed", "5.2.2", False, True), ("delayed", "4.4.1", False, False)],
)
def test_a_report_marks_the_mail_and_where_there_is_nobody_the_address(
    desk: Desk, action: str, status: str, hard: bool, noted: bool
) -> None:
    zoe = desk.home.create("contact", name="Zoe", email="zoe@example.com")
    id = desk.home.do(lambda work: write(work, "zoe@example.com", "Hello", "Hello", about=("contact", zoe)))
    assert desk.come(BOUNCE.format(action=action, status=status, id=id).encode()) == 1
    assert len(desk.home.all("ticket")) == 0
    stopped = desk.home.do(lambda work: stops.why_not(work.connection, "zoe@example.com", None))
    assert (stopped is not None) is hard
    assert (id in desk.home.do(lambda work: reactions_to(work.connection, [id]))) is noted


def test_a_report_that_names_no_mail_of_ours_stops_no_address(desk: Desk) -> None:
    desk.come(BOUNCE.format(action="failed", status="5.1.1", id="0" * 32).encode())
    assert desk.home.do(lambda work: stops.newest(work.connection)) == []


def test_a_malformed_mail_stops_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [b"", b"\xff\xfe\x00\x01", b"nothing", b"From: a@b\nSubject: =?utf-8?q?=ff=00?=\n\n\x00\xff"]
    broken += [b"From: =?x?b?y?= <q@x>\nContent-Type: multipart/mixed; boundary=\n\nx", b"Subject: " + b"x" * 100_000]
    broken += [b"Message-ID: <m0@x>\nFrom: a@b\nContent-Type: text/plain; charset=klingon\n\nhi\xff"]
    assert desk.come(*broken, mail()) >= 1
    assert "It is broken." in [each["text"] for each in desk.home.all("ticket")]
    assert {len(each.subject) <= 500 for each in desk.aside()} == {True}
    assert desk.come() == 0


def test_a_mail_that_the_definition_refuses_is_set_aside_with_the_reason(desk: Desk) -> None:
    desk.home.redefine(TICKETS.replace("new: {subject: =payload.subject,", "new: {"))
    assert desk.come(mail()) == 0
    [left] = desk.aside()
    assert "Subject" in (left.why or "")


def test_a_mailbox_is_read_once_by_many_and_up_to_where_it_was(desk: Desk) -> None:
    desk.come(mail())
    assert desk.folder.opened == 1
    home = desk.home
    assert collect(home.database, home.releases, home.workspace.files, heard, home.now, desk.folder.open) == 0
    assert desk.folder.opened == 1
    desk.folder.validity = 2
    assert desk.come() == 0
    assert len(home.all("ticket")) == 1
    assert desk.come(mail(Message_ID="<m2@x>")) == 1


def test_without_a_day_only_what_comes_later_is_read(house: Callable[..., House]) -> None:
    desk = Desk(house(TICKETS, packs="core", settings=SETTINGS.replace(", since: 2026-01-01", "")))
    assert desk.come(mail()) == 0
    assert desk.come(mail(Message_ID="<m2@x>")) == 1


def test_a_server_that_does_not_answer_is_named_and_asked_again_later(desk: Desk) -> None:
    desk.folder.error = OSError("no route")
    desk.come()
    [state] = desk.home.do(lambda work: mailboxes(work.connection, ["support"]))
    assert (str(state.why), state.looked_at) == ("The mail server says: no route", None)
    desk.come()
    desk.come()
    assert desk.folder.opened == 2
    desk.folder.error = None
    desk.home.do(lambda work: look_soon(work.connection, "support", work.now))
    assert desk.come(mail()) == 1


def test_one_of_many_processes_reads_a_mailbox(desk: Desk) -> None:
    desk.folder.mails = [mail(Message_ID=f"<n{number}@x>").as_bytes() for number in range(6)]
    home, taken = desk.home, []
    together = threading.Barrier(3)

    def read() -> None:
        together.wait(30)
        taken.append(collect(home.database, home.releases, home.workspace.files, heard, home.now, desk.folder.open))

    threads = [threading.Thread(target=read) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert sorted(taken) == [0, 0, 6]
    assert (desk.folder.opened, len(home.all("ticket"))) == (1, 6)


def test_mails_go_with_a_record_that_is_merged_into_another(desk: Desk) -> None:
    merging = "---\nworkflow: twins\nlabel: Twins\nwhen: {changed: ticket.note, to: twin}\n"
    merging += "do: [{merge: {record: '=all(ticket).filter(t, t.note == null).first()'}}]\n"
    desk.home.redefine(TICKETS + merging)
    desk.come(mail(), mail("Other", Message_ID="<m2@x>"))
    first, second = sorted(desk.home.all("ticket"), key=lambda each: each["text"])
    desk.home.update("ticket", second["id"], note="twin")
    desk.home.settle()
    assert sorted(each.text for each in desk.about(second["id"])) == ["It is broken.", "Other"]
    desk.come(mail("More", Message_ID="<m3@x>", In_Reply_To="<m1@example.com>"))
    assert len(desk.about(second["id"])) == 3
    assert desk.about(first["id"]) == []


def test_a_mail_of_our_own_that_comes_back_is_left_alone(desk: Desk) -> None:
    desk.come(mail())
    [letter] = desk.letters()
    assert desk.come(mail(Message_ID=f"<{letter.id}@house.example.com>")) == 0
    assert desk.home.do(lambda work: find_letter(work.connection, letter.id)) == letter
