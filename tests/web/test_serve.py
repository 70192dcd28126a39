"""The server: reachable at once, warm soon, on a port of its own, gone when told."""

from __future__ import annotations

import signal
import socket
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest

from index.errors import StoreDamagedError, UsageError
from settings import Settings
from tests.web.process import ask, head, process, read_until
from tests.web.standins import FakeChain, FakeIndex, serving, until
from web import serve

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
            serve.serve(FakeChain(), Settings(port=port))  # type: ignore[arg-type]


@pytest.mark.parametrize(("host", "port"), [("256.1.1.1", 0), ("127.0.0.1", 70000), ("::zz", 0)])
def test_an_address_that_is_none(host: str, port: int) -> None:
    with pytest.raises(UsageError):
        serve.serve(FakeChain(), Settings(host=host, port=port))  # type: ignore[arg-type]


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
