"""Where the processes of a test run: all on this machine, or each on a host of its own, a network namespace."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Host:
    """Where a process runs: its own address, that of the database as seen from it, and how to start there."""

    address: str
    database: str
    prefix: tuple[str, ...] = ()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@contextmanager
def _namespace(number: int, name: str) -> Iterator[Host]:
    """Make a network namespace, joined to this one by a pair of virtual cards."""
    here, there = f"10.78.{number}.1", f"10.78.{number}.2"
    outer, inner = f"{name}o", f"{name}i"
    _ip("netns", "add", name)
    try:
        _ip("link", "add", outer, "type", "veth", "peer", "name", inner)
        _ip("link", "set", inner, "netns", name)
        _ip("addr", "add", f"{here}/30", "dev", outer)
        _ip("link", "set", outer, "up")
        _ip("-n", name, "addr", "add", f"{there}/30", "dev", inner)
        _ip("-n", name, "link", "set", inner, "up")
        _ip("-n", name, "link", "set", "lo", "up")
        yield Host(there, here, ("ip", "netns", "exec", name))
    finally:
        _ip("netns", "del", name)  # and its cards with it


@contextmanager
def namespaces(count: int) -> Iterator[list[Host]]:
    """Yield so many hosts; skips where network namespaces cannot be made."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces need root and iproute2")
    with ExitStack() as stack:
        mark = secrets.token_hex(3)
        try:
            hosts = [stack.enter_context(_namespace(number, f"q{mark}{number}")) for number in range(1, count + 1)]
        except subprocess.CalledProcessError as error:
            pytest.skip(f"network namespaces cannot be made here: {error.stderr.decode().strip()}")
        yield hosts


@contextmanager
def processes(count: int) -> Iterator[list[Host]]:
    """Yield this machine so many times."""
    yield [Host("127.0.0.1", "127.0.0.1")] * count


def addresses(hosts: Sequence[Host]) -> list[str]:
    """Return where the database has to listen; nowhere for those who have its socket."""
    return sorted({host.database for host in hosts if host.prefix})
