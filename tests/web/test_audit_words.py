"""The page of the audit log speaks Vietnamese."""

from __future__ import annotations

import ast
from pathlib import Path

import service
from service.alerting.lifecycle import Verb
from service.domain.accounts import Role, Scope
from service.domain.audit import Action, Flaw, Wrong
from service.domain.findings import Move
from service.domain.judgement import Limb
from service.web.audit_words import ACTIONS, DETAILS, FLAWS, ROLES, VALUES, flaw_words, words


def test_everything_the_log_can_say_has_words() -> None:
    assert set(ACTIONS) == {str(a) for a in Action}
    assert set(ROLES) == {str(r) for r in Role}
    assert set(FLAWS) == set(Wrong)
    assert {str(v) for kind in (Verb, Move, Limb, Scope) for v in kind} <= set(VALUES)


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


def test_flaws_and_details_are_vietnamese() -> None:
    at = "2026-03-02T03:00:00.000000+00:00"
    assert flaw_words(Flaw(9, Wrong.CUT_OFF, at=at, other=4)) == (
        "Mục 9: bị thiếu: nhật ký bị cắt bớt sau 10:00 ngày 02/03/2026 (hiện kết thúc ở mục 4)"
    )
    assert flaw_words(Flaw(2, Wrong.CHANGED)) == "Mục 2: đã bị sửa: nội dung không khớp mã băm ghi kèm"
    assert words({"roles": "desk+viewer", "locked": True, "outcome": "delivered", "minutes": 5, "lost": None}) == (
        "vai trò: Trực truyền thông, Người xem; tạm khóa: có; kết quả: đã gửi; số phút: 5; không mở được: chưa có"
    )
