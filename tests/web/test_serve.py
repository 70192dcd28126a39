"""The server: reachable at once, warm soon, on a port of its own, gone when told."""

from __future__ import annotations

import json
import socket
import urllib.request

import pytest

from index.errors import StoreDamagedError, UsageError
from settings import Settings
from tests.web.standins import FakeChain, FakeIndex, serving, until
from web import serve


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
        body = json.dumps({"question": "What did he criticize?"}).encode()
        head = ["POST /api/ask HTTP/1.1", "Host: x", "Accept: text/event-stream", "Content-Type: application/json"]
        head += [f"Content-Length: {len(body)}", "", ""]
        with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=10) as client:
            client.sendall("\r\n".join(head).encode() + body)
            while b"event: status" not in client.recv(4096):
                pass
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
