"""Readers' comments that stand in the page: how many, their texts, never who wrote them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.documents import PageComment
from service.parsing.comments import read_comments, remove_comments
from service.parsing.pages import extract_page

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
COMMENT = {
    "@type": "Comment", "text": "Chờ <b>ba tháng</b> rồi chưa có lương hưu", "dateCreated": "2026-03-01T08:00:00+07:00",
    "author": {"@type": "Person", "name": "Nguyễn Văn Mẫu"},
}  # fmt: skip
ARTICLE = {"@type": "NewsArticle", "headline": "Lương hưu", "commentCount": "1.204", "comment": [COMMENT, COMMENT]}


def read(body: str) -> tuple[int | None, tuple[PageComment, ...]]:
    return read_comments(lxml.html.document_fromstring(f"<html><body>{body}</body></html>"), now=NOW)


def linked(article: object) -> str:
    return f"<script type='application/ld+json'>{json.dumps(article)}</script><p>x"


def test_comments_of_linked_data_once_each_and_without_their_writers() -> None:
    count, comments = read(linked(ARTICLE))
    assert count == 1204
    assert comments == (
        PageComment(text="Chờ ba tháng rồi chưa có lương hưu", published_at=datetime(2026, 3, 1, 1, 0, tzinfo=UTC)),
    )


def test_comments_of_microdata() -> None:
    markup = (
        "<div itemprop=comment itemscope itemtype='https://schema.org/Comment'><b itemprop=author>Nguyễn Văn Mẫu</b>"
        "<p itemprop=text>BHXH trả lời rất chậm</p><time itemprop=dateCreated datetime='2026-03-01 08:00'></time></div>"
    )
    count, [comment] = read(markup)
    assert (count, comment.text) == (1, "BHXH trả lời rất chậm")


@pytest.mark.parametrize(
    ("markup", "count"),
    [
        ("<p>không có gì", None),
        ("<span class='comment-count'>12</span>", 12),
        ("<a class='item total_comment'>(1.234)</a>", 1234),
        ("<span class='count_comment'>5 bình luận</span>", 5),
        ("<div data-comment-count='7'></div>", 7),
        ("<meta itemprop=commentCount content=9>", 9),
        ("<span class='comment-count'>Xem thêm</span>", None),
        ("<div class='comment'>12</div>", None),
        (linked({"@type": "NewsArticle", "interactionStatistic": {"@type": "InteractionCounter",
                 "interactionType": "https://schema.org/CommentAction", "userInteractionCount": 31}}), 31),
        (linked({"@type": "NewsArticle", "commentCount": True}), None),
    ],
)  # fmt: skip
def test_counts(markup: str, count: int | None) -> None:
    assert read(markup)[0] == count


def test_a_page_carries_them() -> None:
    text = "<article><p>" + "Một đoạn văn đủ dài để đọc được. " * 9 + "</p></article>"
    body = f"<html><head><title>x</title></head><body>{linked(ARTICLE)}{text}</body></html>".encode()
    page = extract_page(body, url="https://bao.example.com/a", content_type="text/html; charset=utf-8", now=NOW)
    assert page is not None
    assert (page.comment_count, len(page.comments)) == (1204, 1)
    assert "Nguyễn Văn Mẫu" not in repr(page)


SAID = "Tôi tố cáo ông Mẫu ở BHXH huyện nhận tiền của tôi để giải quyết hồ sơ, đề nghị thanh tra xử lý."
MICRODATA = f"<div itemprop=comment itemtype='https://schema.org/Comment'><p itemprop=text>{SAID}</p></div>"
SHOWN = f"<div><b>Bạn đọc</b> <p>{SAID[:40]} <i>{SAID[40:]}</i></p></div>"


@pytest.mark.parametrize("thorough", [True, False])
@pytest.mark.parametrize(
    ("inside", "below"),
    [
        (MICRODATA, ""),
        ("", MICRODATA),
        (linked({"@type": "NewsArticle", "comment": {"@type": "Comment", "text": SAID}}) + SHOWN, ""),
        (f"<div class='x box_comment_vne'><p>{SAID}</p></div>", ""),
    ],
)
def test_no_word_of_a_reader_is_taken_for_the_outlet_s(inside: str, below: str, thorough: bool) -> None:
    text = "".join(f"<p>Đoạn văn thứ {n} của bài đủ dài để được đọc như một phần của bài.</p>" for n in range(9))
    body = f"<html><body><article><h1>Lương hưu</h1>{text}{inside}</article>{below}</body></html>".encode()
    page = extract_page(
        body, url="https://bao.example.com/a", content_type="text/html; charset=utf-8", now=NOW, thorough=thorough
    )
    assert page is not None
    assert "Đoạn văn thứ 8" in page.text
    assert "tố cáo" not in page.text
    assert "thanh tra" not in page.text


def test_an_article_that_a_reader_quotes_keeps_its_words() -> None:
    quoted = "Đoạn văn thứ 3 của bài"
    text = "".join(f"<p>Đoạn văn thứ {n} của bài đủ dài để được đọc như một phần của bài.</p>" for n in range(9))
    comment = linked({"@type": "NewsArticle", "comment": {"@type": "Comment", "text": quoted}})
    body = f"<html><body>{comment}<article><h1>Lương hưu</h1>{text}</article></body></html>".encode()
    page = extract_page(body, url="https://bao.example.com/a", content_type="text/html; charset=utf-8", now=NOW)
    assert page is not None
    assert quoted in page.text


PARAGRAPH = "Bảo hiểm xã hội tỉnh chi trả lương hưu cho người dân qua tài khoản từ tháng này."
LEAD = "<p>Mức đóng <strong>BHXH tự nguyện</strong> sẽ được <a href='/x'>hỗ trợ 50%</a> với hộ nghèo từ năm nay.</p>"


@pytest.mark.parametrize("below", ["", f"<ul><li>{PARAGRAPH}</li></ul>"])
@pytest.mark.parametrize("comment", ["BHXH tự nguyện", "hỗ trợ 50%", "Chi trả lương hưu", PARAGRAPH])
def test_readers_take_no_words_out_of_an_article(comment: str, below: str) -> None:
    text = "".join(f"<p>Đoạn văn thứ {n} của bài đủ dài để được đọc như một phần của bài.</p>" for n in range(9))
    comments = linked({"@type": "NewsArticle", "comment": {"@type": "Comment", "text": comment}})
    article = f"<article><h1>Chi trả lương hưu</h1>{LEAD}<p>{PARAGRAPH}</p>{text}</article>"
    body = f"<html><body>{comments}{article}{below}</body></html>".encode()
    page = extract_page(body, url="https://bao.example.com/a", content_type="text/html; charset=utf-8", now=NOW)
    assert page is not None
    assert page.title == "Chi trả lương hưu"
    assert "Mức đóng BHXH tự nguyện sẽ được hỗ trợ 50% với hộ nghèo từ năm nay." in page.text
    assert PARAGRAPH in page.text


def test_a_paragraph_that_a_reader_repeats_is_taken_out_below_the_article_only() -> None:
    page = f"<article><p>{PARAGRAPH}</p></article><ul><li><b>{PARAGRAPH[:9]}</b>{PARAGRAPH[9:]}</li></ul>"
    tree = lxml.html.document_fromstring(f"<html><body>{page}</body></html>")
    remove_comments(tree, [PageComment(text=PARAGRAPH, published_at=None)])
    assert tree.text_content() == PARAGRAPH


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["text", "dateCreated"]), inner),
    max_leaves=6,
)


@given(JSON, JSON, JSON)
def test_any_linked_data_is_survived(comment: object, count: object, statistic: object) -> None:
    article = {"@type": "NewsArticle", "comment": comment, "commentCount": count, "interactionStatistic": statistic}
    found, comments = read(linked(article))
    assert found is None or found >= len(comments)
