"""How often something may happen: counted in memory, over the last minute."""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from web.errors import ApiError


class Rates:
    """Counts by name, for many threads. A limit of 0 never refuses."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def take(self, name: str, per_minute: int) -> None:
        """Count one. Raises ApiError, which says when to come again, where that is one too many."""
        if per_minute > 0 and not self._limiter.hit(RateLimitItemPerMinute(per_minute), name):
            raise self._refusal(name, per_minute)

    def check(self, name: str, per_minute: int) -> None:
        """As `take`, without counting."""
        if per_minute > 0 and not self._limiter.test(RateLimitItemPerMinute(per_minute), name):
            raise self._refusal(name, per_minute)

    def _refusal(self, name: str, per_minute: int) -> ApiError:
        free_at = self._limiter.get_window_stats(RateLimitItemPerMinute(per_minute), name).reset_time
        seconds = max(1, math.ceil(free_at - time.time()))
        wait = f"ask again in {seconds} second{'' if seconds == 1 else 's'}"
        return ApiError(429, "too_many", "too many requests in a minute", wait, {"Retry-After": str(seconds)})
