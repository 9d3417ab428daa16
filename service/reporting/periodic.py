"""The report of a week, month, quarter or year: counts, indicators, titles of the press; words of nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from service.alerting import wording
from service.domain.indicators import AlertFacts, Better, GroupFacts, IndicatorValue, Unit
from service.domain.intervals import MIN_DOCUMENTS, Trend, share_if_known
from service.domain.provinces import SHORT
from service.domain.times import VIETNAM, start_of_day
from service.domain.wording import ALERT_STATES, TOO_FEW, UNTOLD, day, duration, local_time, number, one_line
from service.insight.indicators import NATIONAL_ONLY, UNITS, based_on, change, interval, said
from service.insight.movers import Mover
from service.insight.periods import PeriodKind
from service.insight.recovery import NO_RISE, times_back
from service.reporting.blocks import (
    Block,
    Cell,
    Document,
    Fill,
    Heading,
    Items,
    Letterhead,
    Link,
    Moment,
    Number,
    Paragraph,
    Share,
    Table,
)
from service.usecases.periodic import REDRAWN, Periodic

WARNING, RISK = 2, 3
BRANCH, RANK = "Bảo hiểm xã hội", "Thành phố"
# in full, as a document names what it cites for the first time
DECISION = (
    "Quyết định số 1676/QĐ-TTg ngày 21 tháng 11 năm 2019 của Thủ tướng Chính phủ phê duyệt Đề án đổi mới toàn diện nội "
    "dung, hình thức và phương pháp tuyên truyền bảo hiểm xã hội"
)
MOST_TOPICS, MOST_ALERTS, MOST_CRISES = 12, 40, 4
CAUTIOUS = ("PH-03", "PH-04", "CB-05")  # whose figures mislead without how they are to be read
TRENDS = {Trend.UP: "tăng", Trend.DOWN: "giảm", Trend.UNCLEAR: "chưa rõ"}
LIMITS = (
    "Chỉ đếm nội dung đã công bố ở nguồn đang theo dõi; nhóm kín, tin nhắn, tổng đài và nơi tiếp dân không thấy được.",
    "Số đếm là tin, bài gốc độc lập; bản đăng lại chỉ tính vào hệ số lan truyền.",
    "Sắc thái, loại phản hồi, chủ đề do máy nhận định và có sai số; nhãn do người sửa thì được dùng thay.",
    f"Tỷ lệ kèm khoảng tin cậy 95% (Wilson, 1927); dưới {MIN_DOCUMENTS} thì không tính. Chỉ ghi “tăng”, “giảm” khi hai "
    "khoảng tin cậy không chạm nhau; với số tin, bài, khi chênh lệch vượt mức ngẫu nhiên, có tính độ dài của hai kỳ.",
    "Ngoài tiêu đề bài báo đã đăng, báo cáo không nêu tên người, không trích lời người dân.",
)


def document(found: Periodic, *, parent: str, agency: str, place: str) -> Document:
    """The report, as a draft in the form of an administrative document.

    Args:
        parent, agency: the governing and the issuing agency of the whole country's report.
        place: where it is signed; a report of one province is signed there.
    """
    where, named, above = _where(found), _in_sentence(agency), ""
    if len(found.facts.provinces) == 1:
        full = found.full_names[found.facts.provinces[0]]
        named, above = f"{BRANCH} {where if where.startswith(RANK) else full}", named
        parent, agency, place = agency, f"{BRANCH} {full}".upper(), where
    head = Letterhead(
        parent=parent, agency=agency, named=named, above=above, place=place, year=found.made_at.astimezone(VIETNAM).year
    )
    about = "Kết quả nắm bắt thông tin phản hồi và truyền thông về bảo hiểm xã hội"
    return Document(
        title="BÁO CÁO",
        subject=f"{about} {found.period.dated}{f' tại {where}' if where else ''}",
        blocks=_yearly(found, by=named) if found.kind is PeriodKind.YEAR else _ordinary(found),
        annex=[
            Heading("1. Chất lượng dữ liệu", 2),
            *_quality(found),
            Heading("2. Phương pháp", 2),
            *_method(found),
        ],
        annex_title="Chất lượng dữ liệu và phương pháp",
        letterhead=head,
        addressed=found.kind is PeriodKind.YEAR,
        made_at=found.made_at,
    )


def _where(found: Periodic) -> str:
    """The provinces of the report by name, one that is named after a person with its rank in full; empty: the whole
    country."""
    names = (found.places[code] for code in found.facts.provinces)
    return ", ".join(f"{RANK} {n.removeprefix(SHORT)}" if n.startswith(SHORT) else n for n in names)


def _in_sentence(agency: str) -> str:
    """An agency of the branch as it stands within a sentence; what another one's capitals hide nobody can tell."""
    head, branch, name = agency.partition(f"{BRANCH.upper()} ")
    return f"{BRANCH} {name.title()}" if branch and not head else agency


def _ordinary(found: Periodic) -> list[Block]:
    parts: list[tuple[str, Sequence[Block]]] = [
        ("Tóm tắt", [Paragraph(summary(found))]),
        ("Bộ chỉ số", _indicators(found)),
        ("Chủ đề tăng, giảm", _topics(found)),
        ("Địa phương", _places(found)),
        ("Bài báo được đăng lại nhiều nhất", _copied(found)),
        ("Cảnh báo và việc xử lý", [*_alerts(found), *_denunciations(found)]),
        ("Hồi phục sau khủng hoảng", _recoveries(found)),
        ("Nhận xét, kiến nghị", [Fill("nhận xét về tình hình, việc đã làm, kiến nghị")]),
    ]
    return _numbered(parts)


def _yearly(found: Periodic, *, by: str) -> list[Block]:
    """By the tasks of Decision 1676/QĐ-TTg, which prescribes no form; what only people know is left for them to write.

    Args:
        by: the agency that reports, as it stands within a sentence.
    """
    results: list[Block] = [
        Heading("1. Thông tin, tuyên truyền", 2),
        Fill("số tin, bài báo chí trung ương, địa phương, cổng thông tin, tạp chí; hội nghị, đối thoại; tháng 5"),
        Heading("2. Nắm bắt thông tin phản hồi", 2), *_indicators(found), *_topics(found), *_places(found),
        *_copied(found), *_denunciations(found),
        Heading("3. Dự báo, xử lý khủng hoảng truyền thông", 2), *_alerts(found), *_recoveries(found),
        Heading("4. Cảnh báo lừa đảo, đính chính công khai", 2), Paragraph(_warnings(found)),
        Heading("5. Nâng cao chất lượng đội ngũ tuyên truyền viên", 2), Fill("số lớp, số lượt người tập huấn"),
    ]  # fmt: skip
    parts: list[tuple[str, Sequence[Block]]] = [
        ("Công tác chỉ đạo, xây dựng kế hoạch", [Fill("kế hoạch, văn bản chỉ đạo, phối hợp, kinh phí")]),
        ("Tình hình dư luận", [Paragraph(summary(found))]),
        ("Kết quả thực hiện", results),
        ("Tồn tại, hạn chế và nguyên nhân", [Paragraph(_shortcomings(found)), Fill("đánh giá, nguyên nhân")]),
        ("Phương hướng năm tới", [Fill("nhiệm vụ, giải pháp")]),
        ("Kiến nghị, đề xuất", [Fill("kiến nghị với từng cơ quan")]),
    ]
    return [Fill("nơi kính gửi"), Paragraph(f"Thực hiện {DECISION}, {by} báo cáo kết quả như sau:"), *_numbered(parts)]


def _numbered(parts: Iterable[tuple[str, Sequence[Block]]]) -> list[Block]:
    found: list[Block] = []
    for n, (title, blocks) in enumerate(parts):
        found += [Heading(f"{ROMAN[n]}. {title.upper()}"), *blocks]
    return found


ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")


def summary(found: Periodic) -> str:
    """The period in one paragraph."""
    facts, values = found.facts, {v.code: v for v in found.values.values}
    before = {v.code: v for v in found.values_before.values}
    here = f" nhắc đến {where}" if (where := _where(found)) else ""
    if not facts.origins:
        none = f"chưa ghi nhận tin, bài nào về bảo hiểm xã hội{here} ở các nguồn đang theo dõi."
        # that a province is not spoken of is no sign of a fault
        check = " Kính đề nghị kiểm tra tình trạng nguồn tin trước khi kết luận là dư luận không quan tâm."
        return f"Trong {found.period.dated}, {none}{'' if here else check}"
    upto = f" (số liệu tính đến {local_time(found.made_at)})" if found.running else ""
    known = "" if found.apart else f" ({found.earlier.label}: {said(before['DL-01'])})"
    if not found.apart and (way := change(values["DL-01"], before["DL-01"])) is not Trend.UNCLEAR:
        known = f"{known[:-1]}, {TRENDS[way]})"
    told = [
        f"Trong {found.period.dated}{upto}, các nguồn đang theo dõi có {number(facts.origins)} tin, bài độc lập về "
        f"bảo hiểm xã hội{here}{known}"
    ]
    negative = values.get("DL-02")
    if negative is not None and negative.value is not None:
        told.append(
            f"tỷ lệ mang sắc thái tiêu cực là {said(negative)} (khoảng tin cậy 95%: {interval(negative)})"
            + ("" if found.redrawn else f", {_against(negative, before.get('DL-02'))}")
        )
    sentences = ["; ".join(told) + "."]
    if found.redrawn:
        sentences.append(f"Không so sánh với {found.earlier.label} vì {REDRAWN}.")
    if facts.topics:
        named = "; ".join(f"{t.name} ({number(t.origins)})" for t in facts.topics[:3])
        sentences.append(f"Được nói đến nhiều nhất: {named}.")
    sentences += [] if found.apart else _moved(found.topics)
    sentences.append(_alerts_told([a for a in facts.alerts if not a.merged], found.places))
    voids = values.get("PH-04")
    if voids is not None and voids.value:
        sentences.append(
            f"Có {number(voids.value)} vấn đề nhiều người hỏi mà chưa thấy cơ quan nào trả lời công khai; đề nghị ưu "
            "tiên trả lời."
        )
    return " ".join(sentences)


def _moved(topics: Sequence[Mover]) -> list[str]:
    """Topics that rose and fell, by number and by share: of a crisis the number rises first."""
    found = []
    for way in (Trend.UP, Trend.DOWN):
        for words, moved in (
            ("số tin, bài", [m.now.name for m in topics if m.moved is way]),
            ("tỷ trọng", [m.now.name for m in topics if m.trend is way]),
        ):
            if moved:
                found.append(f"Chủ đề có {words} {TRENDS[way]} rõ so với kỳ trước: {'; '.join(moved[:4])}.")
    return found


def _alerts_told(alerts: Sequence[AlertFacts], names: Mapping[str, str]) -> str:
    """How many there were, and of each crisis what it was about, and where: who reads on upstairs reads this only."""
    if not alerts:
        return "Không có cảnh báo nào."
    grave = sorted((a for a in alerts if a.level >= RISK), key=lambda a: (-a.level, a.opened_at))
    told = [f"mức {_level(a)}: {about(a.stream, names)}, mở lúc {local_time(a.opened_at)}" for a in grave[:MOST_CRISES]]
    if (more := len(grave) - len(told)) > 0:
        told.append(f"{more} cảnh báo khác từ mức L3")
    if len(alerts) == 1:
        return f"Có 1 cảnh báo, ở {told[0] if told else f'mức {_level(alerts[0])}'}."
    warned = sum(a.level >= WARNING for a in alerts)
    some = f"{warned} cảnh báo từ mức L2 trở lên" if warned else "không cảnh báo nào từ mức L2 trở lên"
    highest = f"; cao nhất là {'; '.join(told)}" if told else ""
    return f"Có {len(alerts)} cảnh báo, trong đó {some}{highest}."


def _level(alert: AlertFacts) -> str:
    return f"L{alert.level}{' (đề xuất)' if alert.proposed else ''}"


def _against(now: IndicatorValue, before: IndicatorValue | None) -> str:
    trend = change(now, before)
    if before is None or before.value is None:
        return "kỳ trước không đủ dữ liệu để so sánh"
    if trend is Trend.UNCLEAR:
        return f"chưa thấy thay đổi rõ so với kỳ trước ({said(before)})"
    return f"{TRENDS[trend]} so với kỳ trước ({said(before)})"


def _indicators(found: Periodic) -> list[Block]:
    before = {v.code: v for v in found.values_before.values}
    rows = [
        _row(v, before.get(v.code), untold=REDRAWN if found.redrawn else "")
        for v in found.values.values if v.value is not None
    ]  # fmt: skip
    blocks: list[Block] = [Table(
        name="Bộ chỉ số", head=("Mã", "Chỉ số", "Giá trị", "Khoảng tin cậy 95%", "Tính trên", "Kỳ trước", "So sánh"),
        rows=rows, widths=(10, 29, 12, 16, 13, 11, 11),
    )] if rows else []  # fmt: skip
    if missing := sum(v.value is None for v in found.values.values):
        blocks.append(Paragraph(f"Còn {missing} chỉ số không đủ dữ liệu trong kỳ; lý do ghi ở Phụ lục."))
    readings = {d.code: d.reading for d in found.definitions if d.code in CAUTIOUS}
    if told := [f"{v.code}: {readings[v.code]}" for v in found.values.values if v.code in readings]:
        blocks.append(Items(told))
    return [*blocks, Paragraph("(Chất lượng dữ liệu, phương pháp và công thức tính tại Phụ lục kèm theo.)")]


def _row(now: IndicatorValue, before: IndicatorValue | None, *, untold: str) -> list[Cell]:
    comparable = before is not None and before.value is not None
    has_way = now.low is not None or now.hours is not None
    trend = TRENDS[change(now, before)] if comparable and has_way else untold
    if comparable and before is not None and before.version != now.version:
        trend = "đổi phương pháp"
    return [
        now.code, now.name, _told(now), interval(now), based_on(now) or now.detail,
        _figure(before) if before else "", trend,
    ]  # fmt: skip


def _told(value: IndicatorValue) -> Number | Share:
    if value.unit is not Unit.SHARE or value.value is None:
        return _figure(value)
    bounds = [None if bound is None else round(bound, 4) for bound in (value.low, value.high)]
    return Share(said(value), round(value.value, 4), *bounds)


def _figure(value: IndicatorValue) -> Number:
    if value.value is None:
        return Number(TOO_FEW)
    form = "0.0%" if value.unit is Unit.SHARE else ""
    return Number(said(value), round(value.value, 4), form, UNITS.get(value.unit, ""))


def _topics(found: Periodic) -> list[Block]:
    shown = [m for m in found.topics if m.now.origins or (m.before and not found.apart)][:MOST_TOPICS]
    if not shown:
        return [Paragraph("Không có chủ đề nào được nhắc đến trong kỳ.")]
    moved = [m for m in found.topics if m.clear]
    lead = "Không có chủ đề nào có số tin, bài hoặc tỷ trọng tăng, giảm rõ so với kỳ trước." if not moved else (
        f"Có {len(moved)} chủ đề có số tin, bài hoặc tỷ trọng thay đổi rõ so với kỳ trước; các chủ đề khác chưa đủ căn "
        "cứ để kết luận."
    )  # fmt: skip
    if found.running:
        lead += " Kỳ báo cáo chưa hết nên chỉ so sánh tỷ trọng."
    if found.apart:
        lead = f"Không so sánh với kỳ trước: {found.apart}."
    head = (
        "Chủ đề", "Số tin, bài", "Kỳ trước", "Xu hướng số tin, bài", "Tỷ trọng", "Tỷ trọng kỳ trước",
        "Xu hướng tỷ trọng", "Tiêu cực",
    )  # fmt: skip
    rows = [_topic(m, compared=not found.apart) for m in shown]
    table = Table(name="Chủ đề", head=head, rows=rows, widths=(28, 8, 8, 10, 10, 10, 10, 16))
    return [Paragraph(lead), table]


def _topic(mover: Mover, *, compared: bool) -> list[Cell]:
    before: list[Cell] = [_count(mover.before), _share(mover.share_before)] if compared else ["", ""]
    ways = [TRENDS[way] if compared else "" for way in (mover.moved, mover.trend)]
    return [
        mover.now.name, _count(mover.now.origins), before[0], ways[0], _share(mover.share), before[1], ways[1],
        _negative(mover.now),
    ]  # fmt: skip


def _places(found: Periodic) -> list[Block]:
    if found.facts.provinces:
        return [Paragraph("Báo cáo này chỉ gồm tin, bài nhắc đến địa phương; không so sánh với địa phương khác.")]
    known = [p for p in found.facts.places if p.origins >= MIN_DOCUMENTS]
    few = len(found.facts.places) - len(known)
    others = " khác" if known else ""
    rest = f"{few} tỉnh, thành phố{others} có dưới {MIN_DOCUMENTS} tin, bài nên không nêu." if few else ""
    if not known:
        return [Paragraph(f"Không tỉnh, thành phố nào đủ dữ liệu. {rest}".strip())]
    rows: list[list[Cell]] = [[found.places[p.id], _count(p.origins), _negative(p)] for p in known]
    table = Table(
        name="Địa phương", head=("Tỉnh, thành phố", "Số tin, bài", "Tiêu cực"), rows=rows, widths=(40, 15, 45)
    )
    return [table, *([Paragraph(rest)] if rest else [])]


def _copied(found: Periodic) -> list[Block]:
    if not found.copied:
        return [Paragraph("Không có bài báo nào được đăng lại trong kỳ.")]
    rows: list[list[Cell]] = [
        [Link(one_line(c.title), c.url), one_line(c.source), _day(c.published_at), _count(c.copies)]
        for c in found.copied
    ]
    head = ("Tiêu đề", "Báo", "Ngày đăng", "Số bản đăng lại, kể cả 7 ngày sau kỳ")
    return [Table(name="Bài được đăng lại nhiều", head=head, rows=rows, widths=(58, 20, 12, 10))]


def _alerts(found: Periodic) -> list[Block]:
    mine = [a for a in found.facts.alerts if not a.merged]
    if not mine:
        return [Paragraph("Không có cảnh báo nào mở trong kỳ.")]
    values = {v.code: v for v in found.values.values}
    told = [f"{v.name.lower()}: {said(v)}" for code in ("CB-02", "CB-03", "CB-04", "CB-05")
            if (v := values.get(code)) is not None]  # fmt: skip
    if (v := values.get("CB-05")) is not None and v.detail:
        told[-1] += f" ({v.detail})"
    levels = ", ".join(f"L{n}: {sum(a.level == n for a in mine)}" for n in (1, 2, 3, 4))
    lead = Paragraph(f"Có {len(mine)} cảnh báo ({levels}); " + "; ".join(told) + ".")
    names = found.places
    shown = sorted(mine, key=lambda a: (-a.level, a.opened_at))[:MOST_ALERTS]
    head = ("Mở lúc", "Mức", "Về", "Tiếp nhận sau", "Phát ngôn sau", "Tình trạng")
    table = Table(name="Cảnh báo", head=head, rows=[_alert(a, names) for a in shown], widths=(17, 9, 34, 13, 13, 14))
    more = len(mine) - len(shown)
    return [lead, table, *([Paragraph(f"Còn {more} cảnh báo mức thấp hơn không liệt kê.")] if more else [])]


def _alert(alert: AlertFacts, names: Mapping[str, str]) -> list[Cell]:
    return [
        _moment(alert.opened_at), _level(alert), about(alert.stream, names),
        _after(alert, alert.seen_at), _after(alert, alert.statement_at),
        ALERT_STATES.get(alert.state, alert.state),
    ]  # fmt: skip


def _after(alert: AlertFacts, at: datetime | None) -> str:
    return UNTOLD if alert.told_at is None else duration(alert.reacted(at))


def about(stream: str, names: Mapping[str, str]) -> str:
    """What an alert is about, without the headline of a story: that may be the words of a private person."""
    place = stream.partition("@")[2] or stream.removeprefix("place:")
    return wording.stream_name(stream, subject=names.get(place, ""))


def _recoveries(found: Periodic) -> list[Block]:
    alerts = {a.id: a for a in found.facts.alerts}
    names = found.places
    known = {key: r for key, r in found.recoveries.items() if r is not None}
    if not known:
        none = (
            "Trong kỳ không có cảnh báo mức L3, L4 đã được xác nhận, hoặc không còn số liệu để đánh giá mức hồi phục."
        )
        return [Paragraph(none)]
    rows: list[list[Cell]] = [
        [
            about(alerts[key].stream, names), _moment(r.peak_until) if r.rose else NO_RISE, _count(r.peak),
            *times_back(r), _count(len(r.relapses)),
        ]
        for key, r in known.items()
    ]  # fmt: skip
    head = ("Về", "Đỉnh lúc", "Tiêu cực trong 24 giờ", "Giảm một nửa sau", "Về mức thường sau", "Bùng phát lại")
    return [Table(name="Hồi phục", head=head, rows=rows, widths=(36, 16, 12, 12, 12, 12))]


def _denunciations(found: Periodic) -> list[Block]:
    """How many there were, which is all that is kept of them."""
    if found.facts.provinces:
        return []
    if not found.facts.denunciations:
        return [Paragraph("Trong kỳ không nhận diện lời tố cáo nào.")]
    return [Paragraph(
        f"Trong kỳ đã nhận diện {number(found.facts.denunciations)} lời tố cáo; nội dung không được lưu nên không "
        "thống kê theo chủ đề, địa phương."
    )]  # fmt: skip


def _warnings(found: Periodic) -> str:
    facts = found.facts
    if facts.provinces:
        return f"Cảnh báo công khai {NATIONAL_ONLY}."
    if not facts.warnings:
        return "Trong năm không công bố cảnh báo, đính chính nào qua hệ thống."
    return f"Đã công bố {facts.warnings} cảnh báo, đính chính; {facts.received} trong số đó đã có người tiếp nhận."


def _shortcomings(found: Periodic) -> str:
    """What the figures themselves show as lacking."""
    better = {d.code: d.better for d in found.definitions}
    known = [v for v in found.values.values if v.code in ("PH-03", "PH-04", "CB-04", "CB-05") and v.value is not None]
    told = [
        f"{v.name.lower()}: {said(v)} ({based_on(v)})"
        for v in known
        if (v.value != 1 if better[v.code] is Better.UP else v.value)
    ]
    if told:
        return f"Số liệu gợi ý: {'; '.join(told)}."
    if known:
        return "Số liệu trong kỳ không nêu ra tồn tại, hạn chế; đề nghị người lập báo cáo đánh giá."
    return "Số liệu trong kỳ chưa đủ để gợi ý tồn tại, hạn chế."


def _quality(found: Periodic) -> list[Block]:
    facts = found.facts
    lines = []
    if facts.provinces:
        lines.append(f"Độ phủ và số nguồn {NATIONAL_ONLY}.")
    elif facts.hours_measured:
        lines.append(
            f"Độ phủ trung bình {number(100 * facts.covered / max(1, facts.expected))}%; {facts.hours_low} trên "
            f"{facts.hours_measured} giờ có độ phủ dưới 80%."
        )
        if gap := _gap(found):
            lines.append(f"{gap} giờ trong kỳ không có số đo độ phủ (hệ thống không chạy hoặc chưa chạy).")
    else:
        lines.append("Không có số đo độ phủ trong kỳ, nên không biết lúc nào nguồn tin bị gián đoạn.")
    if not facts.provinces:
        lines.append(f"{facts.outlets_reporting} trên {facts.outlets} nguồn đang theo dõi có tin về bảo hiểm xã hội.")
    lines += [
        f"{v.code} {v.name}: {v.missing}." for v in found.values.values if v.missing and v.missing != NATIONAL_ONLY
    ]
    if found.mixed:
        lines.append(
            f"Địa giới hành chính thay đổi trong kỳ, từ ngày {found.mixed:%d/%m/%Y}; tin, bài đăng trước đó tính theo "
            "mã tỉnh cũ."
        )
    if found.running:
        lines.append("Kỳ báo cáo chưa hết; số đếm không so được với kỳ trước.")
    return [Items(lines)]


def _gap(found: Periodic) -> int:
    hours = (found.facts.until - found.facts.since) / timedelta(hours=1)
    return max(0, int(hours) - found.facts.hours_measured)


def _method(found: Periodic) -> list[Block]:
    models = f"Mô hình nhận định: {', '.join(found.facts.models)}." if found.facts.models else ""
    rows: list[list[Cell]] = [[d.code, str(d.version), d.formula, d.source] for d in found.definitions]
    table = Table(name="Định nghĩa", head=("Mã", "Bản", "Công thức", "Nguồn"), rows=rows, widths=(10, 8, 50, 32))
    made = f"Số liệu trích lúc {local_time(found.made_at)}."
    return [Items([*LIMITS, *([models] if models else []), made]), table]


def _count(value: int) -> Number:
    return Number(number(value), value)


def _share(value: float | None) -> Number:
    return Number(TOO_FEW) if value is None else Number(f"{number(100 * value)}%", round(value, 4), "0.0%")


def _day(at: datetime) -> Moment:
    return Moment(day(at), start_of_day(at), "dd/mm/yyyy")


def _moment(at: datetime) -> Moment:
    return Moment(local_time(at), at)


def _negative(group: GroupFacts) -> Share:
    share, low, high = share_if_known(group.negative, group.origins)
    if share is None or low is None or high is None:
        return Share(TOO_FEW)
    told = f"{number(100 * share)}% ({number(100 * low)}% đến {number(100 * high)}%)"
    return Share(told, round(share, 4), round(low, 4), round(high, 4))
