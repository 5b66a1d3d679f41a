"""Mail read from a real IMAP server on this machine: Dovecot, started for these tests alone."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from imaplib import IMAP4
from pathlib import Path

import pytest
import sqlalchemy as sa

from customary.engine.automation.outside.mails import heard
from customary.engine.messages.incoming import aside, collect, mailboxes
from customary.engine.messages.incoming.imap import opened
from customary.engine.workspace import Workspace

DEFINITIONS = """
entity: ticket
title: subject
fields:
  subject: {type: text, required: true}
  text: {type: long_text}
---
mailbox: support
entity: ticket
new: {subject: =payload.subject, text: =payload.text}
"""
# With nothing outside the folder; where root starts it, under the users that come with it.
CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail
default_internal_user = {inner}
default_internal_group = {inner_group}
default_login_user = {login}
first_valid_uid = 1
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    program = shutil.which("dovecot", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("Dovecot is not installed: mail is not read from a real server.")
    folder = Path(tempfile.mkdtemp(prefix="dovecot"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "conf").write_text(CONFIGURATION.format(folder=folder, port=port, **_users(folder)))
    server = subprocess.Popen([program, "-F", "-c", str(folder / "conf")], stderr=subprocess.PIPE)
    try:
        _wait_for(port, server, folder)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)
        shutil.rmtree(folder)


def _users(folder: Path) -> dict[str, str]:
    """Dovecot gives up being root, and gives its parts to users of its own."""
    user = getpass.getuser()
    if user == "root":
        folder.chmod(0o755)
        for name in ("mail", "home"):
            (folder / name).mkdir()
            shutil.chown(folder / name, "mail", "mail")
        return {"inner": "dovecot", "inner_group": "dovecot", "login": "dovenull", "user": "mail", "group": "mail"}
    group = subprocess.run(["id", "-gn"], capture_output=True, text=True, check=True).stdout.strip()
    return {"inner": user, "inner_group": group, "login": user, "user": user, "group": group}


def _wait_for(port: int, server: subprocess.Popen, folder: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            IMAP4("127.0.0.1", port, timeout=5).logout()
            return
        except (OSError, IMAP4.error):
            time.sleep(0.1)
    log = folder / "log"
    pytest.fail(f"Dovecot did not start: {log.read_text() if log.exists() else server.stderr.read()}")


@pytest.fixture
def put(port: int) -> Callable[..., None]:
    """Puts mails into the folder, as a mail server would."""

    def placed(*mails: bytes) -> None:
        with IMAP4("127.0.0.1", port, timeout=30) as line:
            line.login("support", "secret")
            for each in mails:
                assert line.append("INBOX", None, None, each)[0] == "OK"

    return placed


@pytest.fixture
def workspace(port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("CUSTOMARY_MAILBOX_PASSWORD_SUPPORT", "secret")
    (tmp_path / "schemas").mkdir()
    server = f"{{host: 127.0.0.1, port: {port}, security: none, user: support, address: s@example.com}}"
    (tmp_path / "customary.yaml").write_text(f"name: House\npacks: [core]\nmailboxes: {{support: {server}}}\n")
    (tmp_path / "schemas" / "own.yaml").write_text(DEFINITIONS)
    workspace = Workspace.open(tmp_path)
    workspace.apply(by="test")
    yield workspace
    workspace.close()


def mail(number: int, text: str = "It is broken.") -> bytes:
    found = EmailMessage()
    found["From"], found["To"] = "Zoe <zoe@example.com>", "s@example.com"
    found["Subject"], found["Message-ID"] = f"Help {number} 商机", f"<m{number}@example.com>"
    found.set_content(text)
    return found.as_bytes()


def collected(workspace: Workspace, minutes: int) -> int:
    now = datetime.now(UTC) + timedelta(minutes=minutes)
    return collect(workspace.database, workspace.releases, workspace.files, heard, now)


def test_mail_is_read_once_and_stays_unseen_on_the_server(workspace: Workspace, put: Callable, port: int) -> None:
    put(mail(1))
    assert collected(workspace, 0) == 0
    put(mail(2), b"\xff\xfe nothing that is a mail \x00"[:-1], mail(3, "商机 Ευκαιρία"))
    assert collected(workspace, 2) == 2
    assert collected(workspace, 20) == 0
    put(mail(4))
    assert collected(workspace, 40) == 1
    with workspace.database.read() as connection:
        table = workspace.release.tables.entity("ticket")
        texts = connection.execute(sa.select(table.column("text"))).scalars().all()
        assert len(aside(connection)) == 1
    assert sorted(texts) == ["It is broken.", "It is broken.", "商机 Ευκαιρία"]
    with IMAP4("127.0.0.1", port, timeout=30) as line:
        line.login("support", "secret")
        line.select("INBOX", readonly=True)
        assert len(line.search(None, "UNSEEN")[1][0].split()) == 5


def test_a_wrong_password_is_told(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUSTOMARY_MAILBOX_PASSWORD_SUPPORT")
    assert collected(workspace, 0) == 0
    with workspace.database.read() as connection:
        [state] = mailboxes(connection, ["support"])
    assert str(state.why) == "The environment does not hold CUSTOMARY_MAILBOX_PASSWORD_SUPPORT."
    monkeypatch.setenv("CUSTOMARY_MAILBOX_PASSWORD_SUPPORT", "wrong")
    assert collected(workspace, 10) == 0
    with workspace.database.read() as connection:
        [state] = mailboxes(connection, ["support"])
    assert "The mail server says:" in str(state.why)


def test_since_a_day_what_lies_there_is_read_too(workspace: Workspace, put: Callable) -> None:
    put(mail(9))
    server = {**workspace.release.model.settings.mailboxes["support"], "since": "2020-01-01"}
    with opened("support", server) as folder:
        numbers = folder.since(datetime(2020, 1, 1, tzinfo=UTC).date())
        assert numbers[-1] == folder.following - 1
        assert b"Help 9" in folder.read(numbers[-1])
        assert folder.size(numbers[-1]) == len(folder.read(numbers[-1]))
        assert (folder.read(99999), folder.size(99999)) == (b"", 0)
        names = ("<m9@example.com>", "<m99@example.com>", '<"x" y>')
        assert [folder.named(each) for each in names] == [numbers[-1], None, None]
