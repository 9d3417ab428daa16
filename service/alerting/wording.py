"""Vietnamese wording that decisions and messages share: levels, streams, reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from textwrap import shorten

from service.alerting.levels import DEFAULT_RULES, LEVEL_NAMES, Rules, is_early, weighted
from service.domain.desk import VerdictView
from service.domain.provinces import name_of
from service.domain.topics import TOPICS
from service.domain.warning import Alert, AlertState, Level, Signal, Verdict
from service.domain.wording import apart, duration, hour_of, local_time, number, one_line, percent

LITTLE = 0.5
MANY_TIMES = 1.5  # below that «gấp 1,1 lần» only puzzles: something else raised the alert
FEW_TIMES = 5  # from there on nobody asks for tenths
EARLY, RISING = "Dấu hiệu sớm cần theo dõi", "Phản ánh tiêu cực tăng bất thường"
REPORTED = "Sự việc được báo chí đưa tin"  # a warning that stands on reports of the press, not on counts
QUOTED_LENGTH = 90  # of a headline in a signal's reasons
# headlines of stories as alerts quote them (below, and in context): they may be words of private persons
_QUOTED = (
    (
        re.compile(r"câu chuyện “.*?”(?= \((?:mức thường|trong khi)| được nâng mức theo)|câu chuyện “.*”"),
        "một câu chuyện",
    ),
    (re.compile(r"chuyện mới “.*?”(?= được \d+ nguồn)"), "một chuyện mới"),
    (re.compile(r"giống chuyện “.*?”(?= \(\d\d/\d\d/\d{4})"), "giống một chuyện trước"),
)


def quoted(title: str) -> str:
    """A headline as a signal's reasons quote it: cut behind a word, with a sign of it."""
    return shorten(one_line(title), QUOTED_LENGTH, placeholder="…")


def forms_of(title: str) -> list[str]:
    """Every form in which alerts may hold a title, the longest first: as it is, on one line, cut as it is quoted or was
    before the cut had a sign."""
    line = one_line(title)
    return sorted({title, line, quoted(title), line[:QUOTED_LENGTH]} - {""}, key=lambda form: (-len(form), form))


def unquoted(text: str, *, known: Iterable[str] = ()) -> str:
    """What an alert says, without the headlines of stories; those of publications that are known may stay."""
    stay = {form for title in known for form in (one_line(title)[:QUOTED_LENGTH], quoted(title))}

    def told(found: re.Match[str], words: str) -> str:
        title = found[0].partition("“")[2].removesuffix("”")
        return found[0] if title[:QUOTED_LENGTH] in stay else words

    for pattern, words in _QUOTED:
        text = pattern.sub(partial(told, words=words), text)
    return text


def told_within(alert: Alert, *, known: Iterable[str]) -> Alert:
    """An alert for who may read these publications of it only: others' titles are not quoted."""
    known = tuple(known)
    reasons = tuple(unquoted(r, known=known) for r in alert.signal.reasons)
    return replace(
        alert, headline=unquoted(alert.headline, known=known), why=unquoted(alert.why, known=known),
        signal=replace(alert.signal, reasons=reasons),
    )  # fmt: skip


def level_label(level: Level, verdict: Verdict | None = None) -> str:
    """«L2 (cảnh báo)», «L3 (nguy cơ khủng hoảng, đề xuất)».

    Args:
        verdict: what was last said of a level of the alert.
    """
    said = standing(level, verdict).strip(" ()")
    return f"L{level:d} ({LEVEL_NAMES[level]}{f', {said}' if said else ''})"


def level_now(alert: Alert, level: Level) -> str:
    """One sentence: what becomes of an alert's level while it goes on, below its highest one."""
    label = level_label(level, alert.handling.verdict)
    if level == alert.level:
        return f"Vẫn ở mức {label}."
    way = ("Tăng lại", "lên") if level > alert.level else ("Giảm", "xuống")
    return f"{way[0]} từ mức L{alert.level:d} {way[1]} mức {label}."


def relapsed(level: Level, verdict: Verdict | None, *, since: datetime) -> str:
    """One sentence: an alert is back at L3 or L4.

    Args:
        since: when it was last there.
    """
    below = f"sau khi đã xuống dưới mức L{Level.RISK:d} từ {local_time(since)}"
    return f"Cảnh báo tăng lại lên mức {level_label(level, verdict)}, {below}."


def standing(level: int, verdict: Verdict | VerdictView | None) -> str:
    """What holds of a level, to be put behind it: the only place that says so. What was said of a level holds for lower
    ones too; L1 and L2 need nobody to confirm them."""
    if level < Level.RISK:
        return ""
    if verdict is None or level > verdict.level:
        return " (đề xuất)"
    return " (đã xác nhận)" if verdict.confirmed else " (không được xác nhận)"


def stream_name(stream: str, *, subject: str = "") -> str:
    """What a stream is about, in words: «chủ đề “Lương hưu, tuổi nghỉ hưu”».

    Args:
        subject: headline of the story, or name of the province; needed for streams that only hold an id.
    """
    kind, _, name = stream.partition(":")
    subject = one_line(subject)
    if kind == "topic":
        topic, _, code = name.partition("@")
        known = f"chủ đề “{TOPICS.get(topic, topic)}”"
        subject = subject or (name_of(code) if code else "")
        return f"{known} tại {subject}" if subject else known
    if kind == "story":
        return f"câu chuyện “{subject}”" if subject else "một câu chuyện"
    if kind == "place":
        return f"BHXH tại {subject}" if subject else "BHXH tại một địa phương"
    return "bảo hiểm xã hội nói chung"


def brief_name(stream: str) -> str:
    """Place and topic of a stream, place first: «Thanh Hóa, Lương hưu, tuổi nghỉ hưu»; empty: it names neither."""
    kind, _, name = stream.partition(":")
    topic, _, code = name.partition("@") if kind == "topic" else ("", "", name if kind == "place" else "")
    return ", ".join(part for part in (code and name_of(code), topic and TOPICS.get(topic, topic)) if part)


def headline(signal: Signal, level: Level, *, subject: str = "", rules: Rules = DEFAULT_RULES) -> str:
    """Title of an alert."""
    return f"{_opening(signal, level, rules)} về {stream_name(signal.stream, subject=subject)}"


def raised_headline(headline: str, signal: Signal, level: Level, *, rules: Rules = DEFAULT_RULES) -> str:
    """The title of an alert that goes up: no early sign any more where counts or reports bear it out."""
    was = next((words for words in (EARLY, REPORTED) if headline.startswith(words)), None)
    return headline if was is None else _opening(signal, level, rules) + headline.removeprefix(was)


def _opening(signal: Signal, level: Level, rules: Rules) -> str:
    if level >= Level.WARNING:
        return REPORTED if _is_reported(signal, level, rules) else RISING
    return EARLY if signal.reasons and signal.unusual < rules.gates[Level.WATCH].unusual else RISING


def _is_reported(signal: Signal, level: Level, rules: Rules) -> bool:
    """Whether it is reports of the press that ask for a level, and not counts."""
    return signal.asked >= level and (signal.is_usual or weighted(signal) < rules.gates[level].unusual)


def why(signal: Signal, *, subject: str = "", local: str | None = None, here: int = 0) -> str:
    """One sentence: how many, from how many independent publishers, against what is usual.

    Args:
        local: stream of the one province that the topic's documents name, if they do.
        here: so many of the day's name it.
    """
    if signal.asked and signal.value == 0:
        about = stream_name(signal.stream, subject=subject)
        return f"Trong giờ {hour_of(signal.at)}, về {about}: {'; '.join(signal.reasons)}."
    hours, value, expected = signal.told
    if expected >= LITTLE:
        ratio = value / expected
        times = f"; nay gấp khoảng {number(ratio, 1 if ratio < FEW_TIMES else 0)} lần" if ratio >= MANY_TIMES else ""
        beside = f"mức thường khoảng {number(expected)}{times}"
    else:
        beside = "trong khi bình thường hầu như không có"
    if signal.campaign:
        beside += f", đã tính cả mức tăng thường thấy trong chiến dịch “{one_line(signal.campaign)}”"
    publishers = f" của {signal.sources} cơ quan báo chí, diễn đàn độc lập"
    # what was counted and what it stands on are mostly the same
    of, standing_on = (publishers, "") if value == signal.origins else (
        "", f", với {signal.origins} bài gốc{publishers} làm căn cứ",
    )  # fmt: skip
    about = stream_name(signal.stream, subject=subject)
    about += _whereabouts(local, here, value) if local and hours > 1 else ""
    counted = f"{_span(signal, hours)} có {value} tin, bài gốc tiêu cực{of} về {about} ({beside}){standing_on}."
    return f"{counted} Dấu hiệu ngoài số lượng: {'; '.join(signal.reasons)}." if signal.reasons else counted


def _whereabouts(local: str, here: int, value: int) -> str:
    """How many of a topic's counts name a province; the counts are of the whole country."""
    place = name_of(local.partition("@")[2])
    if here >= value:
        return f"{', đều' if value > 1 else ','} nhắc đến {place}"
    return " trên cả nước" + (f", trong đó {here} nhắc đến {place}" if here else "")


def raised_by(alert: Alert, why: str) -> str:
    """Why an alert goes up, by figures that are not those of what its title names."""
    about = alert.headline.removeprefix(EARLY).removeprefix(RISING).removeprefix(" về ")
    return f"Cảnh báo về {about} được nâng mức theo số liệu sau. {why}"


def _span(signal: Signal, hours: int) -> str:
    hour = f"giờ {hour_of(signal.at)}"
    return f"Trong {hour}" if hours == 1 else f"Trong {hours} giờ tính đến {hour}"


def quiet_if(signal: Signal, level: Level, rules: Rules = DEFAULT_RULES) -> str:
    """What would have kept an alert of this level quiet, by the rule that raised it."""
    gate = rules.gates[level]
    if _is_reported(signal, level, rules):
        without = "các tin trên chỉ do một cơ quan báo chí đưa" if level is Level.WARNING else "không có tin trên"
        return f"Sẽ không có cảnh báo mức L{level:d} nếu {without}, hoặc nếu chuyện này đã được đưa tin gần đây."
    if is_early(signal, rules) and level is Level.WATCH and signal.unusual < gate.unusual:
        return (
            f"Sẽ không có cảnh báo mức L{level:d} nếu không có các dấu hiệu ngoài số lượng nêu trên (hiện ở mức "
            f"{share(signal.early, rules.early)}, ngưỡng {percent(rules.early)}), hoặc dưới 2 bài gốc, dưới 2 nguồn "
            f"độc lập."
        )
    if level is Level.WATCH:
        reasons = [f"điểm bất thường dưới {number(gate.unusual)} (hiện là {apart(signal.unusual, gate.unusual)})"]
    else:
        reasons = [
            f"điểm bất thường sau khi tính mức ảnh hưởng dưới {number(gate.unusual)} "
            f"(hiện là {apart(weighted(signal), gate.unusual)}, chưa tính là {number(signal.unusual)})"
        ]
    if gate.harmful:
        reasons.append(f"mức ảnh hưởng dưới {percent(gate.harmful)} (hiện là {share(signal.harmful, gate.harmful)})")
    if gate.sure:
        reasons.append(f"độ chắc chắn dưới {percent(gate.sure)} (hiện là {share(signal.sure, gate.sure)})")
    if gate.publishers > 1:
        reasons.append(
            f"dưới {gate.origins} bài gốc hoặc dưới {gate.publishers} nguồn độc lập "
            f"(hiện là {signal.origins} và {signal.borne_by})"
        )
    return f"Sẽ không có cảnh báo mức L{level:d} nếu " + "; hoặc ".join(reasons) + "."


def share(value: float, threshold: float) -> str:
    """A share beside its threshold in per cent."""
    return apart(value, threshold, percent, places=0)


def waiting(alert: Alert, until: datetime) -> str:
    """How long nobody has taken an alert on, until a time: since its level was told of, and since it was found."""
    assert alert.handling.fired_at is not None
    told, found = (duration(until - since) for since in (alert.handling.fired_at, alert.opened_at))
    longer = f", {found} từ khi phát hiện" if found != told else ""
    return f"chưa có người tiếp nhận: đã {told} từ khi báo mức L{alert.peak_level:d}{longer}"


def ended(alert: Alert, *, by: str = "") -> str:
    """One or two sentences: an alert is over.

    Args:
        by: whoever has ended it, if not the machine.
    """
    at, handling = local_time(alert.updated_at), alert.handling
    if handling.ended_by is None:
        return f"{alert.headline}: đã kết thúc lúc {at}, {over(alert)}."
    if handling.merged_into is not None:
        done = "đã gộp cảnh báo này vào một cảnh báo khác"
    elif alert.state is AlertState.DISMISSED:
        done = "đã xác định đây là báo nhầm và bỏ qua"
    else:
        done = "đã kết thúc cảnh báo này"
    return f"{alert.headline}: {by or handling.ended_by} {done} lúc {at}.{reason(handling.reason)}"


def over(alert: Alert) -> str:
    """What it is that has ended, to be put into a sentence."""
    if alert.signal.is_reported:
        return "không có thêm tin nào như vậy"  # the press reported it; there was no criticism that could ebb
    return "số tin, bài gốc tiêu cực của 24 giờ đã ở mức thường"


def reason(text: str) -> str:
    """« Lý do: ….», or nothing where none was given."""
    return f" Lý do: {one_line(text).rstrip('.')}." if text else ""
