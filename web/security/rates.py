"""How often something may happen: counted over the last minute, in memory, or for all servers of a database in that."""

from __future__ import annotations

import logging
import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from index.errors import StoreError
from index.store.place import open_store
from settings import StorePlace
from web.errors import ApiError

_log = logging.getLogger(__name__)


class Rates:
    """Counts by name, for many threads. A limit of 0 never refuses. While the database is away, this server counts."""

    def __init__(self, store: StorePlace | None = None) -> None:
        """Count for all servers of the store, if it is a database; else, and without one, in memory."""
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._shared = None if store is None else open_store(store).shared()

    def take(self, name: str, per_minute: int) -> None:
        """Count one. Raises ApiError, which says when to come again, where that is one too many."""
        self._use(name, per_minute, count=True)

    def check(self, name: str, per_minute: int) -> None:
        """As `take`, without counting."""
        self._use(name, per_minute, count=False)

    def _use(self, name: str, per_minute: int, *, count: bool) -> None:
        if per_minute <= 0:
            return
        if self._shared is not None:
            try:
                seconds = self._shared.hit(name, per_minute, count=count)
            except StoreError as error:
                _log.debug("counted by this server alone: %s", error)
            else:
                if seconds is not None:
                    raise _refusal(seconds)
                return
        most = RateLimitItemPerMinute(per_minute)
        if not (self._limiter.hit(most, name) if count else self._limiter.test(most, name)):
            raise _refusal(self._limiter.get_window_stats(most, name).reset_time - time.time())


def _refusal(seconds: float) -> ApiError:
    whole = max(1, math.ceil(seconds))
    wait = f"ask again in {whole} second{'' if whole == 1 else 's'}"
    return ApiError(429, "too_many", "too many requests in a minute", wait, {"Retry-After": str(whole)})
