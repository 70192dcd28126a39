"""The parts of compose.scale.yaml as processes: servers and workers that are killed and started again, and a proxy."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from settings import HOME
from tests.scale.hosts import Host
from tests.web.standins import free_port, until

CADDYFILE = HOME / "deploy" / "Caddyfile.scale"
OLDEST_CADDY = (2, 11, 2)
"""Earlier ones cannot send what was posted to the next server: "http: invalid Read on closed Body"."""


class Part:
    """A process of ours on a host, which can be killed and started again."""

    def __init__(self, name: str, host: Host, arguments: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        self._command = [*host.prefix, sys.executable, str(HOME / "app.py"), *arguments]
        self._environment = environment
        self._folder = log.parent / name
        self._folder.mkdir()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, in a folder of its own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("QUOTH_")}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                env=kept | self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill it, wherever it is."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def ensure(self) -> None:
        """Start it again if it has ended, as Docker does."""
        if self._process is None or self._process.poll() is not None:
            self.start()


@contextmanager
def running_all(parts: Sequence[Part]) -> Iterator[None]:
    """Run them; none is left over."""
    try:
        for part in parts:
            part.start()
        yield
    finally:
        for part in parts:
            part.kill()


def find_caddy() -> str | None:
    """Return the Caddy of requirements-dev.txt, else the system's; None where that is too old for our Caddyfile."""
    beside = Path(sys.executable).with_name("caddy")
    command = str(beside) if beside.is_file() else shutil.which("caddy")
    if command is None:
        return None
    said = subprocess.run([command, "version"], capture_output=True, text=True, check=True).stdout
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", said)
    return command if found and tuple(map(int, found.groups())) >= OLDEST_CADDY else None


@contextmanager
def proxy(upstreams: Sequence[tuple[str, int]], folder: Path) -> Iterator[int]:
    """Yield the port of a proxy before the servers: Caddy with our Caddyfile where there is one, else a small one."""
    command = find_caddy()
    if command is None:
        with _small_proxy(upstreams) as port:
            yield port
        return
    with caddy(command, CADDYFILE.read_text(), upstreams, folder) as port:
        yield port


@contextmanager
def caddy(command: str, caddyfile: str, upstreams: Sequence[tuple[str, int]], folder: Path) -> Iterator[int]:
    """Yield the port of Caddy before the servers, once one of them is well."""
    port = free_port()
    (folder / "Caddyfile").write_text(caddyfile.replace("{\n", "{\n\tadmin off\n", 1))
    environment = os.environ | {
        "SITE": f"http://:{port}",
        "UPSTREAM": " ".join(f"{host}:{number}" for host, number in upstreams),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
    }
    arguments = [command, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    with (folder / "caddy.log").open("wb") as log:
        process = subprocess.Popen(arguments, env=environment, stdout=log, stderr=log)
    try:
        until(lambda: process.poll() is not None or answers(port, "/readyz"), 60)
        assert process.poll() is None, (folder / "caddy.log").read_text()
        yield port
    finally:
        process.kill()
        process.wait()


def answers(port: int, path: str, host: str = "127.0.0.1") -> bool:
    """Return whether a server is there and finds itself well."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@contextmanager
def _small_proxy(upstreams: Sequence[tuple[str, int]]) -> Iterator[int]:
    """A proxy that asks the first server that can be reached, for less than Caddy does."""
    turns = [0]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            turns[0] += 1
            for n in range(len(upstreams)):
                address, number = upstreams[(turns[0] + n) % len(upstreams)]
                connection = http.client.HTTPConnection(address, number, timeout=60)
                try:
                    connection.connect()
                except OSError:
                    continue  # nothing was sent yet
                try:
                    connection.request(self.command, self.path, body, dict(self.headers))
                    response = connection.getresponse()
                    status, data = response.status, response.read()
                except (OSError, http.client.HTTPException):
                    break
                finally:
                    connection.close()
                self._reply(status, data)
                return
            self._reply(502, b"")

        do_GET = do_POST  # noqa: N815

        def _reply(self, status: int, data: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def in_threads(tasks: Sequence[Callable[[], None]]) -> list[threading.Thread]:
    """Start the tasks and return their threads."""
    threads = [threading.Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    return threads
