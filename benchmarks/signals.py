"""What each signal beyond volume adds where counts are thin: ablation on written scenarios and the demo day.

python -m benchmarks.signals [SEED...]

A background of about twelve negative documents a day over 21 topics, every one a story of its own, with the scenarios
of signals.yaml in it, six days apart, the demo day last (judged by the shipped classifiers). Every hour in which a
topic or story got a negative document is assessed once by the code of the service; levels are then worked out with
all signals, none, all but one, and one alone. Found: L1 or more on a stream that holds a document of the scenario
within 24 hours of its first one. False: bursts (a day apart) on other streams, one a topic and day. The scenarios were
written together with the signals: figures say what each adds, not how well it will do.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from service.alerting import context
from service.alerting.context import Fact, Kind
from service.alerting.levels import level_of
from service.classification.direct import DirectClassifier
from service.demo.server import load_day
from service.domain.documents import DateSource, Document, DocumentKind
from service.domain.intents import DocumentIntent
from service.domain.judgement import Feedback, Judgement, Place, TextToJudge, Tone
from service.domain.sources import Source, SourceKind
from service.domain.streams import HOUR, bin_start, parse
from service.domain.topics import TOPICS
from service.domain.warning import Signal
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore, make_engine
from service.storage.migrate import migrate
from service.usecases.assess import Assessor, Hour, make_signal
from service.usecases.place import StoryDesk
from service.usecases.press_reports import PressReports
from service.usecases.scoring import score_all
from service.usecases.watch import assessor

START = datetime(2026, 2, 1, tzinfo=UTC)
QUIET_DAYS, APART_DAYS = 20, 6
DAILY, NEGATIVE = 40, 0.3
KINDS = {
    "forum": (SourceKind.FORUM, 2), "social": (SourceKind.SOCIAL, 2), "local": (SourceKind.PROVINCIAL, 2),
    "press": (SourceKind.ONLINE, 3), "big": (SourceKind.ONLINE, 5), "agency": (SourceKind.STATE_AGENCY, 4),
}  # fmt: skip
WORDS = [
    "đơn",
    "thẻ",
    "sổ",
    "phiếu",
    "quầy",
    "hẹn",
    "xã",
    "phường",
    "tổ",
    "thôn",
    "chợ",
    "bến",
    "trạm",
    "kho",
    "xưởng",
    "tàu",
    "ruộng",
    "vườn",
    "đò",
    "cầu",
    "trường",
    "lớp",
    "ca",
    "kíp",
]
_numbers = count()


@dataclass(frozen=True)
class Look:
    """A stream at an hour, with all its facts."""

    stream: str
    at: datetime
    signal: Signal
    base: Signal
    facts: Sequence[Fact]


def outlet(name: str) -> Source:
    """An outlet of the scenarios; its name tells its kind."""
    kind, reach = KINDS[name.rstrip("0123456789")]
    return Source(id=name, name=name, kind=kind, publisher=name, reach=reach)


def intent(at: datetime, source: Source, title: str, judgement: Judgement) -> DocumentIntent:
    """A document as the pipeline would keep it."""
    document = Document(
        id=judgement.id, url=f"https://{source.id}.example.com/{judgement.id}", feed_id=source.id, source_id=source.id,
        kind=DocumentKind.ARTICLE, title=title, text=title, excerpt=title, published_at=at,
        date_source=DateSource.FEED, first_seen_at=at,
    )  # fmt: skip
    return DocumentIntent(document=document, judgement=judgement, source=source)


def judged(topic: str, kind: str, places: Sequence[str] = ()) -> Judgement:
    """A judgement out of the scenario file."""
    feedback = Feedback.QUESTION if kind == "question" else Feedback.NONE
    return Judgement(
        id=f"d{next(_numbers)}", relevant=True, relevance=1.0, tone=Tone.NEGATIVE if kind == "neg" else Tone.NEUTRAL,
        tone_score=1.0, feedback=feedback, axis=None, topics=(topic,), audiences=(),
        places=tuple(Place(p, p) for p in places), protected=False, denunciation=False, model="scenario@1",
    )  # fmt: skip


def background(rng: random.Random, days: int) -> list[DocumentIntent]:
    """Ordinary talk: many small things by many outlets."""
    names = [f"{kind}{n}" for kind in ("local", "press") for n in range(1, 16)] + ["forum", "social", "big1", "big2"]
    found = []
    for n in range(days * DAILY):
        at = START + timedelta(days=n // DAILY, hours=rng.choices(range(24), [1] * 6 + [4] * 14 + [1] * 4)[0] - 7)
        at += timedelta(minutes=rng.randrange(60))
        kind = "neg" if rng.random() < NEGATIVE else "question" if rng.random() < 0.1 else "neu"
        title = " ".join(f"{rng.choice(WORDS)} {rng.choice(WORDS)}{rng.randrange(90)}" for _ in range(7))
        found.append(intent(at, outlet(rng.choice(names)), title, judged(rng.choice(list(TOPICS)), kind)))
    return found


def demo_day(opens: datetime) -> list[tuple[DocumentIntent, bool]]:
    """The invented day of `radar demo`, judged by the shipped classifiers; and what belongs to its crisis."""
    day, classifier, found = date(2026, 5, 12), DirectClassifier(), []
    loaded = load_day(day)
    for item in loaded.items:
        text = TextToJudge(
            id=f"d{next(_numbers)}", title=item.title, text=item.text, kind="article", date=day.isoformat(),
            protected_section=False,
        )  # fmt: skip
        judgement = classifier.judge([text])[0]
        if judgement.relevant:
            source = loaded.outlets[item.outlet]
            at = opens + (item.at - datetime.combine(day, datetime.min.time(), item.at.tzinfo))
            made = intent(at, source, f"{item.title}. {item.text}", replace(judgement, id=text.id))
            found.append((made, item.part == "crisis"))
    return found


def looks(store: SqlStore, end: datetime) -> list[Look]:
    """Every topic and story at every hour in which it got a negative document."""
    with store.begin() as tx:
        streams = [s for s in tx.streams() if parse(s).kind in context_kinds()]
        first = tx.first_bin() or START
        bins = tx.bins_of(streams, since=first, until=end + HOUR)
        with_what: Assessor = assessor(tx, end, reports=PressReports())
        hours = int((end - first) / HOUR) + 1
        scored = score_all(bins, first=first, last=end, keep=hours)
        found = []
        for stream in streams:
            known = {b.start: b for b in bins[stream]}
            for n, u in enumerate(scored[stream]):
                if not u.value or sum(x.value for x in scored[stream][max(0, n - 23) : n + 1]) < 2:
                    continue
                hour = Hour(
                    stream=stream, unusual=u, bin_=known[u.start], day=scored[stream][max(0, n - 23) : n + 1],
                    bins=bins[stream], first=first,
                )  # fmt: skip
                got = with_what.assess(tx, hour)
                topics = [t for t in [got.topic] if t]
                base = make_signal(stream, got.unusual, hour.bin_, got.evidence, topics=topics)
                found.append(Look(stream, u.start, got.signal, base, got.facts))
    return sorted(found, key=lambda look: look.at)


def context_kinds() -> set[Any]:
    """Streams that signals beyond volume are looked for in."""
    return {parse("topic:x").kind, parse("story:x").kind}


def alarms(found: Sequence[Look], wanted: Callable[[Fact], bool], kinds: str, least: int) -> list[Look]:
    """The looks at streams of these kinds that reach a level with only these facts."""
    out = []
    for look in found:
        if look.stream.partition(":")[0] not in kinds:
            continue
        facts = [f for f in look.facts if wanted(f)]
        signal = replace(
            look.base, harmful=context.raised_harm(look.base.harmful, facts), early=context.lift(facts),
            sure=context.raised_sure(look.base.sure, facts),
        )  # fmt: skip
        if level_of(signal) >= least:
            out.append(look)
    return out


def judge(fired: Sequence[Look], truth: dict[str, set[str]], first: dict[str, datetime], crises: set[str]) -> list[str]:
    """Found, median delay in hours, controls that fired, false bursts."""
    delays, touched, bursts = [], set(), {}
    for look in fired:
        mine = {name for name, ids in truth.items() if ids & set(look.signal.documents)}
        for name in mine - touched:
            if look.at - first[name] <= timedelta(hours=24):
                touched.add(name)
                if name in crises:
                    delays.append((look.at + HOUR - first[name]) / HOUR)
        if not mine:
            bursts.setdefault((look.stream, look.at.date()), look)
    found = touched & crises
    return [
        f"{len(found)}/{len(crises)}", f"{median(delays):.0f} h" if delays else "-",
        f"{len(touched - crises)}/{len(truth) - len(crises)}", str(len(bursts)),
    ]  # fmt: skip


def main(seed: int) -> None:
    """Print the ablation table."""
    scenarios = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    rng = random.Random(seed)
    days = QUIET_DAYS + APART_DAYS * (len(scenarios) + 1)
    documents = background(rng, days)
    truth: dict[str, set[str]] = {}
    first: dict[str, datetime] = {}
    for n, scenario in enumerate(scenarios):
        name = scenario["name"]
        first[name] = START + timedelta(days=QUIET_DAYS + APART_DAYS * n, hours=1)
        made = [
            intent(first[name] + timedelta(hours=h), outlet(o), title, judged(scenario["topic"], kind, *places))
            for h, o, kind, title, *places in scenario["docs"]
        ]
        truth[name] = {d.document.id for d in made}
        documents += made
    opens = bin_start(START + timedelta(days=days - 2), HOUR)
    demo = demo_day(opens)
    documents += [d for d, _ in demo]
    truth["demo"] = {d.document.id for d, crisis in demo if crisis}
    first["demo"] = min(d.document.published_at for d, crisis in demo if crisis)
    crises = {s["name"] for s in scenarios if s["kind"] == "crisis"} | {"demo"}
    end = max(d.document.published_at for d in documents)
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'radar.db'}")
        migrate(engine)
        store, clock = SqlStore(engine), SetClock(START)
        documents.sort(key=lambda d: d.document.first_seen_at)
        with store.begin() as tx:
            tx.add_documents(documents)
        desk = StoryDesk(store, clock)
        desk.place()
        found = looks(store, bin_start(end, HOUR))
    tests: dict[str, Callable[[Fact], bool]] = {"counts alone": lambda _: False, "all signals": lambda _: True}
    tests |= {f"without {k}": lambda f, k=k: f.kind is not k for k in Kind}  # type: ignore[misc]
    tests |= {f"only {k}": lambda f, k=k: f.kind is k for k in Kind}  # type: ignore[misc]
    months = days / 30.4
    negative = sum(d.judgement.tone is Tone.NEGATIVE for d in documents) / days
    print(f"seed {seed}: {days} days, {negative:.0f} negative documents a day, {months:.1f} months")
    for kinds, least in (("topic", 1), ("topic story", 1), ("topic story", 2)):
        title = f"{kinds}, L{least} and above"
        print(f"{title:28}{'found in 24 h':>14}{'median':>8}{'controls':>10}{'false a month':>15}")
        for name, wanted in tests.items():
            row = judge(alarms(found, wanted, kinds, least), truth, first, crises)
            print(f"{name:28}{row[0]:>14}{row[1]:>8}{row[2]:>10}{int(row[3]) / months:>15.1f}")


if __name__ == "__main__":
    for each in sys.argv[1:] or ["1"]:
        main(int(each))
