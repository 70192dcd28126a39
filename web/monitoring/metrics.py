"""Figures for Prometheus at `/metrics`: who asks how much, how it ends, how long it takes. See docs/deploy.md.

Labels have few values, all of them our own or the owner's names of sources: nothing that anybody asks or sends is
among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal, get_args

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from index.errors import StoreError
from index.sync.catalog import Catalog
from rag.answer import Answer
from settings import StorePlace
from web.queue import AdmissionQueue

if TYPE_CHECKING:
    from rag.chain import AnswerChain

Outcome = Literal["answered", "abstained", "failed", "refused", "stopped"]
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """The figures of one app, in a registry of its own. Safe to use from several threads."""

    def __init__(self, chain: AnswerChain, queue: AdmissionQueue, store: StorePlace) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        registry.register(_IndexFigures(chain))
        registry.register(_SourceFigures(store))
        self._questions = Counter(
            "quoth_questions", "Questions that were begun, by how they ended.", ["outcome"], registry=registry
        )
        for outcome in get_args(Outcome):
            self._questions.labels(outcome)
        self._refusals = Counter("quoth_refusals", "Requests that were refused, by why.", ["reason"], registry=registry)
        self._stages = Histogram(
            "quoth_stage_seconds", "Time for each stage of an answer.", ["stage"], buckets=SECONDS, registry=registry
        )
        self._requests = Histogram(
            "quoth_request_seconds",
            "Time until a response had been sent, waiting included.",
            ["method", "route", "status"],
            buckets=SECONDS,
            registry=registry,
        )
        line_length = Gauge("quoth_line", "Questions being answered or waiting for it.", registry=registry)
        line_length.set_function(lambda: len(queue))

    def question(self, outcome: Outcome, answer: Answer | None) -> None:
        """Count a question, and the stages of its answer if there is one."""
        self._questions.labels(outcome).inc()
        if answer is not None:
            for stage, milliseconds in asdict(answer.timings_ms).items():
                self._stages.labels(stage).observe(milliseconds / 1000)

    def request(self, method: str, route: str, status: int, seconds: float, reason: str | None) -> None:
        """Count a request, and why it was refused if it was."""
        self._requests.labels(method, route, status).observe(seconds)
        if reason is not None:
            self._refusals.labels(reason).inc()

    def add(self, figures: Collector) -> None:
        """Have these figures shown, too."""
        self._registry.register(figures)

    def router(self) -> APIRouter:
        """Return the route `/metrics`. The gate lets none but the owner come here."""
        router = APIRouter()

        @router.get("/metrics")
        def metrics() -> Response:
            headers = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
            return Response(generate_latest(self._registry), headers=headers)

        return router


class _IndexFigures(Collector):
    """What the index holds, looked up when the figures are read."""

    def __init__(self, chain: AnswerChain) -> None:
        self._chain = chain

    def collect(self) -> Iterator[Metric]:
        try:
            name, articles, passages = self._chain.index.counts()
        except StoreError:
            return  # the other figures matter the more
        yield InfoMetricFamily("quoth_index", "The generation that is answered from.", {"generation": name})
        yield GaugeMetricFamily("quoth_index_articles", "Articles in the index.", articles)
        yield GaugeMetricFamily("quoth_index_passages", "Passages in the index.", passages)


class _SourceFigures(Collector):
    """How the sources that are kept in step fare, looked up when the figures are read."""

    def __init__(self, store: StorePlace) -> None:
        self._catalog = Catalog(store)

    def collect(self) -> Iterator[Metric]:
        try:
            known = self._catalog.list()
        except StoreError:
            return
        for name, text, field in (
            ("quoth_source_articles", "Articles' files that a source has brought.", "articles"),
            ("quoth_source_failures", "Runs of a source that failed, one after the other.", "failures"),
            ("quoth_source_last_run_seconds", "When a source was last run, since 1970; 0 is never.", "last_run"),
            ("quoth_source_next_run_seconds", "When it is run next, since 1970.", "next_run"),
        ):
            family = GaugeMetricFamily(name, text, labels=["source"])
            for source, status in known:
                family.add_metric([source.name], getattr(status, field))
            yield family
        errors = GaugeMetricFamily(
            "quoth_source_errors", "Errors of a source's latest run, at most 20.", labels=["source"]
        )
        for source, status in known:
            errors.add_metric([source.name], len(status.errors))
        yield errors
