"""What a command asks of the installation beyond the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from service.domain.sources import Feed
from service.ports import Clock
from service.usecases.collect import FLOOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a command asks of the installation beyond the settings.

    Attributes:
        feeds: in place of those of the feeds file.
        allowed_hosts: exact «host:port» that may be read although they are not public (command line, tests; never
            from a file that others write).
        floor: shortest time between two polls of a feed.
        host_delay: seconds between two requests to one host.
    """

    clock: Clock
    feeds: Sequence[Feed]
    allowed_hosts: frozenset[str] = frozenset()
    floor: timedelta = FLOOR
    host_delay: float = 1.0
    poll_seconds: float = 15.0
    step_seconds: float = 5.0
