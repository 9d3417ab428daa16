"""robots.txt (RFC 9309): what a host allows, and how fast."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Any

from protego import Protego

from service.domain.fetching import Failed

FRESH = 24 * 3600.0
FAILED_FOR = 3600.0
UNREACHABLE_FOR = 60.0
MAX_ROBOTS_BYTES = 512 * 1024
LONGEST_DELAY = 86400.0
# the product token is what counts (RFC 9309, 2.2.1); editors copy what follows it from their logs
AGENT_LINE = re.compile(r"(?<![^\r\n])([ \t]*user-agent[ \t]*:[ \t]*[a-z_-]+)[^a-z_\s#-][^\r\n]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RobotsRules:
    """What is known of a host's robots.txt until `expires` (monotonic seconds).

    Attributes:
        rules: parsed file; None if everything or nothing is allowed.
        refuse_all: the file could not be read for a reason on the host's side (5xx, 429, undecodable):
            nothing is asked.
        failed: the host could not be reached at all.
    """

    expires: float
    rules: Any = None
    refuse_all: str = ""
    failed: Failed | None = None

    def allows(self, url: str, agent: str) -> bool:
        """Whether the product token `agent` may read the address."""
        if self.refuse_all:
            return False
        return self.rules is None or bool(self.rules.can_fetch(url, agent))

    def delay(self, agent: str) -> float:
        """Seconds between two requests that the host asks for, 0 if it asks for none."""
        asked = self.rules.crawl_delay(agent) if self.rules is not None else None
        return min(max(float(asked or 0), 0.0), LONGEST_DELAY)


def rules_of(status: int, body: bytes, *, at: float, wait: float | None = None) -> RobotsRules:
    """2xx: what the file says, of a longer one its first half megabyte (RFC 9309, 2.5); 4xx: no rules; 5xx and 429:
    nothing is allowed for an hour, or as long as the host asks for."""
    if status >= 500 or status == 429:
        lasts = FAILED_FOR if wait is None else max(wait, UNREACHABLE_FOR)
        return RobotsRules(at + lasts, refuse_all=f"robots.txt: HTTP {status}")
    if not 200 <= status < 300:
        return RobotsRules(at + FRESH)
    return RobotsRules(at + FRESH, rules=Protego.parse(AGENT_LINE.sub(r"\1", _text(body))))


def unreadable(why: str, *, at: float) -> RobotsRules:
    """There are rules, and they cannot be read: nothing is allowed for an hour, as where the file cannot be reached."""
    return RobotsRules(at + FAILED_FOR, refuse_all=f"robots.txt: {why}")


def _text(body: bytes) -> str:
    utf16 = body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = body[:MAX_ROBOTS_BYTES].decode("utf-16" if utf16 else "utf-8-sig", "replace")
    if len(body) < MAX_ROBOTS_BYTES:
        return text
    # a path of which the end is missing would be another rule
    return "\n".join(text.splitlines()[:-1])
