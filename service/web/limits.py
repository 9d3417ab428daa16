"""Rate limits per account, token and address (OWASP ASVS 2.2.1, 11.1.4); fixed windows."""

from __future__ import annotations

import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, Storage
from limits.strategies import FixedWindowRateLimiter

RATES: dict[str, str] = {
    "address": "1200/minute",  # every request that does not come from this machine
    "account": "600/minute",  # requests of one session's account or one token
    "login-address": "30/minute",
    "login-account": "10/minute",
    "write": "120/minute",  # changes by one account or token
    "export": "20/minute",
}


class RateLimits:
    """Counts of requests.

    Args:
        storage: what several processes share; None: memory of this one.
    """

    def __init__(self, rates: dict[str, str] | None = None, *, storage: Storage | None = None) -> None:
        self._items: dict[str, RateLimitItem] = {k: parse(v) for k, v in (RATES | (rates or {})).items()}
        self._windows = FixedWindowRateLimiter(storage or MemoryStorage())

    def seconds_to_wait(self, kind: str, key: str) -> int:
        """Count one request; 0 if it may go on, else how many seconds to wait."""
        item = self._items[kind]
        if self._windows.hit(item, kind, key):
            return 0
        opens = self._windows.get_window_stats(item, kind, key).reset_time
        return max(1, math.ceil(opens - time.time()))
