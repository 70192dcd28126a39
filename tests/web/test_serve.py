"""The server: reachable at once, warm soon, on a port of its own, gone when told."""

from __future__ import annotations

import signal
import socket
import threading
import urllib.request
from argparse import Namespace
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from commands.serve import run_serve
from index.errors import StoreDamagedError, UsageError
from settings import Settings
from tests.web.process import ask, head, process, read_until
from tests.web.standins import FakeChain, FakeIndex, free_port, serving, until
from web import serve
from web.listener import listen

pytestmark = pytest.mark.process


def test_it_warms_follows_the_index_and_cancels(monkeypatch: pytest.MonkeyPatch) -> None:
    class Flaky(FakeIndex):
        def refresh(self) -> None:
            super().refresh()
            if self.refreshed == 1:
                raise StoreDamagedError("for now", "wait")

    monkeypatch.setattr(serve, "REFRESH_SECONDS", 0.05)
    chain = FakeChain(index=Flaky(), ready=False)
    with serving(chain) as address:
        with urllib.request.urlopen(f"{address}/healthz", timeout=10) as response:
            assert response.status == 200
        until(lambda: chain.ready)
        until(lambda: chain.index.refreshed > 2)

        chain.pause = 0.2
        with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=10) as client:
            client.sendall(ask())
            read_until(client, b"event: status")
        until(lambda: chain.closed == 1, 5)
        assert len(chain.asked) == 1


def test_a_port_in_use_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"cannot listen on 127.0.0.1:{port}.*--port"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize(("host", "port"), [("256.1.1.1", 0), ("127.0.0.1", 70000), ("::zz", 0)])
def test_an_address_that_is_none(host: str, port: int) -> None:
    with pytest.raises(UsageError):
        listen(host, port)


def test_it_says_that_it_answers_when_it_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked at the moment it is said is answered."""
    port, statuses = free_port(), []

    def listening() -> None:
        # The event loop is this thread's: another asks.
        def ask_at_once() -> None:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as response:
                statuses.append(response.status)

        threading.Thread(target=ask_at_once).start()

    servers: list[serve.Server] = []

    class Recorded(serve.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            servers.append(self)
            await super().startup(sockets)

    monkeypatch.setattr(serve, "Server", Recorded)
    arguments = (FakeChain(), Settings(port=port), listen("127.0.0.1", port), listening)
    thread = threading.Thread(target=serve.serve, args=arguments, daemon=True)
    thread.start()
    until(lambda: bool(statuses))
    servers[0].should_exit = True
    thread.join(10)
    assert statuses == [200] and not thread.is_alive()


def test_the_command_says_it_after_the_socket_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps: list[str] = []

    class Chain(FakeChain):
        embeddings = None

        def close(self) -> None:
            steps.append("closed")

    def served(chain: Chain, settings: Settings, listener: socket.socket, listening: Callable[[], None]) -> None:
        assert "Quoth answers" not in capsys.readouterr().out
        with socket.create_connection(("127.0.0.1", settings.port), timeout=5):
            listening()
        steps.append("served")

    monkeypatch.setattr("commands.store.ready_store", lambda settings, wait: steps.append("ready"))
    monkeypatch.setattr("commands.store.open_chain", lambda settings: Chain())
    monkeypatch.setattr(serve, "serve", served)
    monkeypatch.setattr("web.monitoring.logs.set_up", lambda settings: None)
    settings = Settings(store=tmp_path, port=free_port())
    assert run_serve(settings, Namespace(no_sources=False)) == 0
    assert steps == ["ready", "served", "closed"]
    assert f"Quoth answers on http://127.0.0.1:{settings.port}" in capsys.readouterr().out


def test_a_port_in_use_is_said_before_anything_slow_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begun: list[str] = []
    monkeypatch.setattr("commands.store.ready_store", lambda settings, wait: begun.append("ready"))
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="cannot listen on"):
        run_serve(Settings(store=tmp_path, port=taken.getsockname()[1]), Namespace())
    assert not begun and "Quoth answers" not in capsys.readouterr().out


def test_models_that_do_not_load_leave_the_page_up(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(FakeChain):
        def warm(self) -> None:
            raise RuntimeError("no weights")

    serve._warm(Broken())  # type: ignore[arg-type]
    assert "could not be loaded" in caplog.text


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_an_answer_in_flight_is_finished(tmp_path: Path, told: signal.Signals) -> None:
    """With a chat open, too, whose heartbeat never ends by itself."""
    with process(tmp_path / "errors", pause=0.6) as server, ExitStack() as stack:
        for request, answered in ((head("GET", "/gradio_api/heartbeat/abc"), b"ALIVE"), (ask(), b"event: status")):
            client = stack.enter_context(server.connect())
            client.sendall(request)
            read_until(client, answered)
        server.popen.send_signal(told)

        def refuses() -> bool:
            try:
                return server.get("/readyz") == 503
            except OSError:
                return True

        until(refuses, 2)
        assert server.popen.poll() is None
        received = read_until(client, b"0\r\n\r\n")
        assert b"event: answer" in received and received.endswith(b"0\r\n\r\n")
        assert server.popen.wait(8) == 0
        assert "Traceback" not in (tmp_path / "errors").read_text()
