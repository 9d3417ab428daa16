"""Provinces that became part of another one on 1 July 2025 (Resolution 202/2025/QH15: 63 became 34).

The classifiers give a document the code that is valid on its day. A test keeps this list the same as theirs, which no
room but classification may read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

MERGED_AT = datetime(2025, 6, 30, 17, tzinfo=UTC)  # 1 July 2025 begins in Việt Nam

# code until then: code from then on, where it is another one
SUCCESSORS: Mapping[str, str] = {
    "02": "08", "06": "19", "10": "15", "17": "25", "26": "25", "27": "24", "30": "31", "34": "33", "35": "37",
    "36": "37", "45": "44", "49": "48", "54": "66", "58": "56", "60": "68", "62": "51", "64": "52", "67": "68",
    "70": "75", "72": "80", "74": "79", "77": "79", "83": "86", "84": "86", "87": "82", "89": "91", "93": "92",
    "94": "92", "95": "96",
}  # fmt: skip
