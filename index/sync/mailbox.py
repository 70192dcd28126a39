"""Mails of an IMAP mailbox, which is only ever read: each is an article with its attachments."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from index.errors import ArticleError
from index.sources.fetch import PAGE_BYTES, PAGE_SECONDS, Validators, Web
from index.sources.walk import File
from index.sync.origins import Document
from index.sync.source import Item, Source, read_password

_PORTS = {"imap": 143, "imaps": 993}


class MailboxOrigin:
    """Messages of one folder of a mailbox, the newest first. A message never changes; its number names it."""

    validators = Validators()

    def __init__(self, source: Source, web: Web) -> None:
        site = urlsplit(source.place)
        self._source = source
        self._web = web
        self._host, self._netloc, self._scheme = site.hostname or "", site.netloc, site.scheme
        self._port = site.port or _PORTS[site.scheme]
        self._folder = unquote(site.path.strip("/")) or "INBOX"
        self._mail: imaplib.IMAP4 | None = None

    def files(self) -> Sequence[File] | None:
        """See Origin."""
        with self._errors():
            mail = self._opened()
            _, found = mail.uid("SEARCH", "ALL")
            numbers = sorted(map(int, (found[0] or b"").split()), reverse=True)
            version = int(mail.response("UIDVALIDITY")[1][0] or 0)
        # With the source's name, since two mailboxes of one host may number their mails alike.
        place = f"{self._scheme}://{self._netloc}/{self._source.name}/{quote(self._folder)}/{version}"
        return [File(Path(name), name) for name in (f"{place}/{number}.eml" for number in numbers)]

    def get(self, file: File, known: Item | None) -> Document | None:
        """See Origin."""
        if known is not None:
            return None
        with self._errors():
            mail = self._opened()
            number = file.path.stem
            _, sizes = mail.uid("FETCH", number, "(RFC822.SIZE)")
            size = re.search(rb"RFC822\.SIZE (\d+)", sizes[0] if isinstance(sizes[0], bytes) else b"")
            if size is None or int(size[1]) > PAGE_BYTES:
                raise ArticleError(f"{file.name} has more than {PAGE_BYTES >> 20} MiB, or is gone", "save it yourself")
            _, parts = mail.uid("FETCH", number, "(BODY.PEEK[])")  # PEEK: it stays unread
            data = next((part[1] for part in parts if isinstance(part, tuple)), None)
        if data is None:
            raise ArticleError(f"{file.name} cannot be had", "it may have been deleted")
        return Document(data, None, Validators())

    def close(self) -> None:
        """Log out."""
        if self._mail is not None:
            with suppress(OSError, imaplib.IMAP4.error):
                self._mail.logout()

    def _opened(self) -> imaplib.IMAP4:
        """Return the mailbox, opened for reading alone."""
        if self._mail is None:
            assert self._source.password is not None
            password = read_password(self._source.password)
            mail = self._mail = _Connection(self._socket)
            try:
                mail.login(self._source.user or "", password)
            except imaplib.IMAP4.error:  # whose words may repeat what was sent
                raise ArticleError(f"{self._source.place} refuses user and password", "check both") from None
            status, _ = mail.select(f'"{self._folder}"', readonly=True)
            if status != "OK":
                raise ArticleError(f"{self._source.place} has no folder {self._folder}", "check the address")
        return self._mail

    def _socket(self) -> socket.socket:
        """Connect under the rules for pages; without TLS only to a host that the owner names as private."""
        if self._scheme == "imap" and self._host not in self._source.private_hosts:
            raise OSError("without TLS (imaps://) only a private host is asked")
        plain = self._web.connect(self._host, self._port, time.monotonic() + PAGE_SECONDS)
        if self._scheme == "imap":
            return plain
        return ssl.create_default_context().wrap_socket(plain, server_hostname=self._host)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Raise what the network and the server do as ArticleErrors."""
        try:
            yield
        except (OSError, imaplib.IMAP4.error) as error:
            reason = error if isinstance(error, OSError) else "it does not speak IMAP as it should"
            raise ArticleError(f"{self._source.place} cannot be read ({reason})", "check the address") from error


class _Connection(imaplib.IMAP4):
    """IMAP over a socket that is made by `connect`."""

    def __init__(self, connect: Callable[[], socket.socket]) -> None:
        self._connect_socket = connect
        super().__init__(timeout=PAGE_SECONDS)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._connect_socket()
