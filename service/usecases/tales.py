"""People who tell of fraud: they do not criticise, so that counts of criticism do not see them.

Who says that money is gone, or asks whether a call was genuine, mostly does so in a neutral tone. Where the detector
finds that much about fraud unusual, and people tell of it in several places, it is worth a look (L1); never more, as a
tale is no witness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from service.alerting.context import Fact, Kind
from service.alerting.reports import FRAUD, NOTHING, Told
from service.domain.streams import StreamDocument
from service.domain.warning import Bin, Level
from service.domain.wording import usual
from service.usecases.scoring import score_all

TALES = f"topic:{FRAUD}"
DAY = timedelta(hours=24)
LEAST, LEAST_PUBLISHERS = 3, 2  # origins of people in a day, and places where they stand
FROM = 4.0  # least score: once in fourteen months by chance
STRENGTH = 0.3


def tales(documents: Sequence[StreamDocument], bins: Sequence[Bin], *, first: datetime, last: datetime) -> Told:
    """What people tell of fraud in the day up to the hour that begins at `last`.

    Args:
        documents: of the stream TALES, up to the end of that hour.
        bins: its hours with documents.
        first: when counting began.
    """
    day = [d for d in documents if d.published_at >= last + timedelta(hours=1) - DAY and not d.is_copy]
    told = [d for d in day if not d.press and not d.official]
    publishers = {d.publisher for d in told}
    if len(told) < LEAST or len(publishers) < LEAST_PUBLISHERS:
        return NOTHING
    # all origins are counted; that each is of a source of its own says nothing, as it says so of all
    every = [replace(b, value=b.total, sources=b.total) for b in bins]
    scored = score_all({TALES: every}, first=first, last=last, keep=24)[TALES]
    if scored[-1].score < FROM:
        return NOTHING
    sentence = (
        f"người dân kể về lừa đảo, mạo danh nhiều bất thường: {len(told)} tin, bài gốc ở {len(publishers)} nơi trong "
        f"24 giờ qua (mọi tin, bài gốc về chủ đề này thường {usual(sum(u.expected for u in scored))}); đề xuất kiểm "
        f"tra và cân nhắc cảnh báo công khai trong ngày"
    )
    return Told(level=Level.WATCH, facts=[Fact(Kind.TALES, STRENGTH, sentence)], documents=told)
