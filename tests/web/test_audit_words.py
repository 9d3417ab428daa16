"""The page of the audit log speaks Vietnamese."""

from __future__ import annotations

import ast
from dataclasses import fields
from pathlib import Path

import service
from service.alerting.lifecycle import Verb
from service.domain.accounts import Role, Scope
from service.domain.audit import Action, Flaw, Wrong
from service.domain.findings import Move
from service.domain.judgement import Limb
from service.insight.label_words import name_of_head
from service.review.reasons import LIMBS
from service.usecases.after_restore import Restored
from service.usecases.retain import Removed
from service.web.audit_words import (
    ACTIONS,
    DETAILS,
    FLAWS,
    ROLES,
    VALUES,
    actors_like,
    flaw_words,
    person,
    subject,
    words,
)


def test_everything_the_log_can_say_has_words() -> None:
    assert set(ACTIONS) == {str(a) for a in Action}
    assert set(ROLES) == {str(r) for r in Role}
    assert set(FLAWS) == set(Wrong)
    assert {str(v) for kind in (Verb, Move, Limb, Scope) for v in kind} <= set(VALUES)


def test_findings_and_handling_have_the_words_of_their_pages() -> None:
    for limb, named in LIMBS.items():
        assert VALUES[limb] == named[0].lower() + named[1:]
        assert name_of_head(f"limb={limb}") == named
    assert VALUES["follow_up"] == "chuyển thanh tra, kiểm tra nội bộ"
    desk = (Path(service.__file__).parent / "web/templates/alert_desk.html").read_text(encoding="utf-8")
    for verb in ("state", "comment"):
        assert f"{VALUES[verb][0].upper()}{VALUES[verb][1:]}" in desk


def test_every_detail_that_is_logged_has_words() -> None:
    logged = set()
    for path in Path(service.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in (
                "audit",
                "_log",
            ):
                logged |= {k.arg for k in node.keywords if k.arg}
    assert len(logged) > 20
    assert logged - {"actor", "at", "subject"} <= set(DETAILS)
    # of calls that give them by **
    assert {f.name for kind in (Removed, Restored) for f in fields(kind)} | {"settings", "feeds", "model"} <= set(
        DETAILS
    )


def test_flaws_and_details_are_vietnamese() -> None:
    at = "2026-03-02T03:00:00.000000+00:00"
    assert flaw_words(Flaw(9, Wrong.CUT_OFF, at=at, other=4)) == (
        "Mục 9: bị thiếu: nhật ký bị cắt bớt sau 10:00 ngày 02/03/2026 (hiện kết thúc ở mục 4)"
    )
    assert flaw_words(Flaw(2, Wrong.CHANGED)) == "Mục 2: đã bị sửa: nội dung không khớp mã băm ghi kèm"
    assert words({"roles": "desk+viewer", "locked": True, "outcome": "delivered", "minutes": 5, "lost": None}) == (
        "vai trò: Trực truyền thông, Người xem; tạm khóa: có; kết quả: đã gửi; số phút: 5; không mở được: chưa có"
    )
    assert words({"outcome": "outdated"}) == "kết quả: không gửi nữa"
    assert words({"model": "shipped", "findings": 0, "starts": "2026-12-01", "provinces": "01+48"}) == (
        "mô hình: bản kèm theo; hồ sơ thẩm định: 0; từ ngày: 01/12/2026; tỉnh: Hà Nội, Đà Nẵng"
    )


def test_people_and_subjects_are_named() -> None:
    people = {"user:3": "lan@agency.example.com", "token:7": "mã truy cập “xuất” của lan@agency.example.com"}
    assert person("user:3", people) == "lan@agency.example.com"
    assert person("user:9", people) == "user:9"
    assert subject("user:3", people) == "lan@agency.example.com"
    assert subject("report:month:2026-02-01", people) == "báo cáo tháng từ 01/02/2026"
    assert subject("model:shipped", people) == "mô hình bản kèm theo"
    assert subject("documents.csv", people) == "tin, bài (CSV)"
    assert subject("", people) == ""
    assert actors_like("LAN@agency", people) == ["lan@agency", "token:7", "user:3"]
    assert actors_like("user:9", people) == ["user:9"]
