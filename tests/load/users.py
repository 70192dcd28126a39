"""What a visitor does, for Locust: asks, reads for a while, asks again; each from a loopback address of their own."""

from __future__ import annotations

import itertools
import json
import random
import time

from locust import HttpUser, between, task
from requests.adapters import HTTPAdapter

from settings import SEEDS

QUESTIONS = [json.loads(line)["question"] for line in (SEEDS.parent / "questions.jsonl").read_text().splitlines()]
POLITE = (429, 503)
"""That there is no room now; counted apart from answers and from errors."""
_numbers = itertools.count(2)


class _From(HTTPAdapter):
    """Connects from this address, as each visitor does."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args, **more) -> None:
        super().init_poolmanager(*args, source_address=(self._address, 0), **more)


class Visitor(HttpUser):
    """Asks by the stream that the widget uses, and reads for some seconds before the next question."""

    wait_time = between(10, 30)

    def on_start(self) -> None:
        number = next(_numbers)
        self.client.mount("http://", _From(f"127.0.{number // 250}.{number % 250 + 1}"))
        time.sleep(random.uniform(0, 20))  # they do not all come at the same moment

    @task
    def ask(self) -> None:
        begun = time.perf_counter()
        headers = {"Accept": "text/event-stream"}
        asked = {"question": random.choice(QUESTIONS)}
        with self.client.post(
            "/api/ask", json=asked, headers=headers, stream=True, catch_response=True, name="asked", timeout=90
        ) as response:
            if response.status_code in POLITE:
                response.success()
                self._fire(f"refused {response.status_code}", begun)
                return
            ended = b"".join(response.iter_content(None)) if response.status_code == 200 else b""
            if b"event: answer" not in ended:
                response.failure(f"{response.status_code} {ended[-200:]!r}")
                return
            response.success()
        self._fire("answered", begun)

    def _fire(self, name: str, begun: float) -> None:
        milliseconds = (time.perf_counter() - begun) * 1000
        self.environment.events.request.fire(
            request_type="quoth", name=name, response_time=milliseconds, response_length=0, exception=None, context={}
        )
