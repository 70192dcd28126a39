"""Mails over a real connection: each comes in once, nothing is written to the mailbox, and no password is told."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.errors import UsageError
from index.sync.catalog import Catalog
from index.sync.run import RunReport, run_source
from index.sync.source import Source, read_password
from tests.fakes import FakeEmbeddings
from tests.index.sync.test_run import counts, stored

pytestmark = pytest.mark.store
HOST, PASSWORD = "127.0.0.1", "open-sesame-7"


def mail(subject: str, words: str) -> bytes:
    headers = f"From: Ada <ada@example.org>\r\nSubject: {subject}\r\nDate: Tue, 2 Apr 2024 10:00:00 +0000"
    return f"{headers}\r\n\r\n{words}\r\n".encode()


class Mailbox(socketserver.ThreadingTCPServer):
    """As much of an IMAP server as reading takes. Whatever would change something is refused and noted."""

    daemon_threads, allow_reuse_address = True, True

    def __init__(self) -> None:
        self.mails: dict[int, bytes] = {}
        self.commands: list[str] = []
        super().__init__((HOST, 0), Session)

    @property
    def place(self) -> str:
        return f"imap://{HOST}:{self.server_address[1]}/INBOX"


class Session(socketserver.StreamRequestHandler):
    server: Mailbox

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.say("* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, _, command = line.partition(" ")
            self.server.commands.append(re.sub(r"(LOGIN \S+) .*", r"\1", command))
            self.say(f"{tag} {self.done(command)}")

    def done(self, command: str) -> str:
        mails = self.server.mails
        if command == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        elif command.startswith("LOGIN"):
            return "OK done" if command.endswith(f'"{PASSWORD}"') else f"NO {command} is wrong"
        elif command.startswith("EXAMINE"):
            self.say(f"* {len(mails)} EXISTS")
            self.say("* OK [UIDVALIDITY 77] valid")
            return "OK [READ-ONLY] open"
        elif command == "UID SEARCH ALL":
            self.say(f"* SEARCH {' '.join(map(str, mails))}")
        elif match := re.fullmatch(r"UID FETCH (\d+) \((RFC822\.SIZE|BODY\.PEEK\[\])\)", command):
            data = mails[int(match[1])]
            if match[2] == "RFC822.SIZE":
                self.say(f"* 1 FETCH (UID {match[1]} RFC822.SIZE {len(data)})")
            else:
                self.wfile.write(f"* 1 FETCH (UID {match[1]} BODY[] {{{len(data)}}}\r\n".encode() + data + b")\r\n")
        elif command == "LOGOUT":
            self.say("* BYE")
        else:
            return "BAD this mailbox is only to be read"
        return "OK done"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def password(tmp_path: Path) -> str:
    path = tmp_path / "password"
    path.write_text(PASSWORD + "\n")
    path.chmod(0o600)
    return f"file:{path}"


def ran(store: Path, mailbox: Mailbox, password: str, **more: Any) -> RunReport:
    if not Catalog(store).list():
        values = {"private_hosts": (HOST,), "user": "ada", "password": password, "collection": "mail"} | more
        Catalog(store).add(Source("mail", "mailbox", mailbox.place, **values))
    return run_source(store, "mail", FakeEmbeddings)


def test_each_mail_comes_in_once_and_the_mailbox_is_only_read(mailbox: Mailbox, tmp_path: Path, password: str) -> None:
    store = tmp_path / "store"
    mailbox.mails = {3: mail("The brig", "It sailed to Hamburg."), 9: mail("The yawl", "It has two masts.")}
    assert counts(ran(store, mailbox, password)) == (2, 0, 0, 0, 0)
    assert {(info.title, info.collection) for info in stored(store).values()} == {
        ("The brig", "mail"),
        ("The yawl", "mail"),
    }
    mailbox.mails[12] = mail("The sloop", "It has one mast.")
    mailbox.commands.clear()
    assert counts(ran(store, mailbox, password)) == (1, 0, 0, 2, 0)
    assert [command for command in mailbox.commands if "PEEK" in command] == ["UID FETCH 12 (BODY.PEEK[])"]
    allowed = ("CAPABILITY", "LOGIN", "EXAMINE", "UID SEARCH", "UID FETCH", "LOGOUT")
    assert all(command.startswith(allowed) for command in mailbox.commands)


def test_a_wrong_password_is_told_by_nobody(mailbox: Mailbox, tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("wrong-secret-5")
    path.chmod(0o600)
    report = ran(tmp_path / "store", mailbox, f"file:{path}")
    assert report.failed and "refuses user and password" in report.errors[0].error
    assert not [file for file in (tmp_path / "store").iterdir() if b"wrong-secret-5" in file.read_bytes()]
    assert "wrong-secret-5" not in str(report)


def test_without_tls_no_password_is_sent_to_a_host_that_is_not_named(
    mailbox: Mailbox, tmp_path: Path, password: str
) -> None:
    report = ran(tmp_path / "store", mailbox, password, private_hosts=())
    assert report.failed and "without TLS" in report.errors[0].error
    assert mailbox.commands == []


def test_where_a_password_is_kept(tmp_path: Path) -> None:
    assert read_password("env:MAIL", {"MAIL": "x"}) == "x"
    with pytest.raises(UsageError, match="MAIL is not set"):
        read_password("env:MAIL", {})
    path = tmp_path / "password"
    path.write_text("x\n")
    path.chmod(0o640)
    with pytest.raises(UsageError, match="others than you can read"):
        read_password(f"file:{path}")
    path.chmod(0o600)
    assert read_password(f"file:{path}") == "x"
    with pytest.raises(UsageError, match="cannot be read"):
        read_password(f"file:{tmp_path / 'none'}")
