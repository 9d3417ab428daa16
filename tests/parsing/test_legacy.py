"""Text in the fonts of the nineties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.parsing.charset import decode
from service.parsing.legacy import modernise

TEXT = (
    "Bảo hiểm xã hội Việt Nam thông báo về việc chi trả lương hưu và trợ cấp hằng tháng"
    " cho người hưởng trên địa bàn tỉnh"
)
TCVN3 = (
    "B¶o hiÓm x· héi ViÖt Nam th«ng b¸o vÒ viÖc chi tr¶ l\xad¬ng h\xadu vµ trî cÊp h»ng th¸ng"
    " cho ng\xadêi h\xadëng trªn ®Þa bµn tØnh"
)
VNI = (
    "Baûo hieåm xaõ hoäi Vieät Nam thoâng baùo veà vieäc chi traû löông höu vaø trôï caáp haèng thaùng"
    " cho ngöôøi höôûng treân ñòa baøn tænh"
)


@pytest.mark.parametrize("legacy", [TCVN3, VNI])
def test_legacy_text_becomes_unicode(legacy: str) -> None:
    assert modernise(legacy) == TEXT


@pytest.mark.parametrize("content_type", ["text/html; charset=iso-8859-1", "text/html"])
@pytest.mark.parametrize("legacy", [TCVN3, VNI])
def test_pages_in_legacy_fonts_are_read(legacy: str, content_type: str) -> None:
    head = "<head>" + "<script>var a = 1;</script>" * 50 + "</head>"
    body = f"<html>{head}<p>{legacy}</p></html>".encode("cp1252")
    assert TEXT in decode(body, content_type)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "Où est passée la réunion? Le goût naïf de Noël, déjà vu à l'hôtel où l'été était très élégant; août, île.",
        "El niño comió mañana en España con señoras; el año pasado y la montaña pequeña, otoño, sueño, baño, araña.",
        "São Paulo não é também informação, ações, coração, manhã, mãe, pão, leões, irmãos, avós, você, ônibus, três.",
        "§ 5 Größe, schön, über, Mädchen, Straße, führen, können, müssen, Bücher, hören, Tür, Öl, Äpfel, grün, Köln.",
        "© 2026 Example · 5 µm ± 2 · «quote» · ® brand · 10 ¢ · text · more · items · in · a · row",
        "bao hiem xa hoi khong dau",
    ],
)
def test_other_languages_stay(text: str) -> None:
    assert modernise(text) == text


@given(st.text(max_size=200))
def test_any_text_is_survived(text: str) -> None:
    modernise(text)
