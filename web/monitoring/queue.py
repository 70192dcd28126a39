"""How far the queue of files is, for `/metrics`: looked up when the figures are read."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from index.errors import StoreError
from index.status import read_queue
from settings import StorePlace


class QueueFigures(Collector):
    """The figures of a store's queue; none for a store that has no queue."""

    def __init__(self, store: StorePlace) -> None:
        self._store = store

    def collect(self) -> Iterator[Metric]:
        """Yield how many files are in each state."""
        try:
            found = read_queue(self._store)
        except StoreError:
            return  # the other figures matter the more
        if found is None:
            return
        state, _ = found
        files = GaugeMetricFamily("quoth_queue_files", "Files in the queue, by what they wait for.", labels=["state"])
        files.add_metric(["waiting"], state.waiting)
        files.add_metric(["being_read"], state.being_read)
        files.add_metric(["set_aside"], state.set_aside)
        yield files
        waiting = GaugeMetricFamily(
            "quoth_queue_intake", "Of those that wait or are being read, what was sent.", labels=["kind"]
        )
        waiting.add_metric(["upload"], state.uploads)
        waiting.add_metric(["page"], state.pages)
        yield waiting
        held = "Bytes of files that the database holds until they are in."
        yield GaugeMetricFamily("quoth_queue_upload_bytes", held, state.upload_bytes)
        yield GaugeMetricFamily("quoth_workers", "Workers that were heard of in the last minute.", state.workers)
        done = "Files that have come in since the queue was last empty."
        yield CounterMetricFamily("quoth_queue_done", done, state.done)
