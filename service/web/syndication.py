"""Alerts for feed readers: RSS 2.0, Atom (RFC 4287) and JSON Feed 1.1; a token goes into a header only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from lxml import etree

from service.alerting.wording import standing
from service.domain.views import AlertView
from service.domain.wording import one_line
from service.web.deps import Site
from service.web.security import reader, site_of

ATOM = "http://www.w3.org/2005/Atom"
TITLE = "BHXH Radar: cảnh báo"
ABOUT = "Cảnh báo sớm về truyền thông bảo hiểm xã hội, dành cho nội bộ cơ quan"
MOST = 50
OVER = {"closed": " (đã kết thúc)", "dismissed": " (báo nhầm, đã bỏ qua)"}
SECRETS = ("token", "access_token", "api_key", "apikey", "key", "auth", "authorization")


def no_secret_in_address(request: Request) -> None:
    """Addresses end up in logs and histories; a token in one is refused whether it is right or not."""
    if any(name.lower() in SECRETS for name in request.query_params):
        raise HTTPException(400, "a token in the address is refused; send it as Authorization: Bearer")


router = APIRouter(include_in_schema=False, dependencies=[Depends(no_secret_in_address), Depends(reader)])


def _alerts(site: Site) -> list[AlertView]:
    return site.read.alerts(after=None, limit=MOST)


def _title(alert: AlertView) -> str:
    level = f"L{alert.peak_level}{standing(alert.peak_level, alert.verdict)}"
    return one_line(f"{level}: {alert.headline}{OVER.get(alert.state, '')}")


@router.get("/alerts.rss")
def rss(request: Request) -> Response:
    site = site_of(request)
    return Response(rss_of(_alerts(site), site.base_url, site.clock.now()), media_type="application/rss+xml")


@router.get("/alerts.atom")
def atom(request: Request) -> Response:
    site = site_of(request)
    return Response(atom_of(_alerts(site), site.base_url, site.clock.now()), media_type="application/atom+xml")


@router.get("/alerts.json")
def json_feed(request: Request) -> Response:
    site = site_of(request)
    return JSONResponse(json_of(_alerts(site), site.base_url), media_type="application/feed+json")


def rss_of(alerts: Sequence[AlertView], base: str, now: datetime) -> bytes:
    """RSS 2.0."""
    root = etree.Element("rss", version="2.0", nsmap={"atom": ATOM})
    channel = etree.SubElement(root, "channel")
    for name, text in (("title", TITLE), ("link", f"{base}/alerts"), ("description", ABOUT), ("language", "vi")):
        etree.SubElement(channel, name).text = text
    etree.SubElement(channel, "lastBuildDate").text = format_datetime(now)
    own = {"href": f"{base}/alerts.rss", "rel": "self", "type": "application/rss+xml"}
    etree.SubElement(channel, f"{{{ATOM}}}link", own)
    for alert in alerts:
        item = etree.SubElement(channel, "item")
        etree.SubElement(item, "title").text = _title(alert)
        etree.SubElement(item, "link").text = f"{base}/alerts/{alert.id}"
        etree.SubElement(item, "description").text = one_line(alert.why)
        etree.SubElement(item, "guid", isPermaLink="false").text = f"{alert.id}:L{alert.peak_level}"
        etree.SubElement(item, "pubDate").text = format_datetime(alert.opened_at)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def atom_of(alerts: Sequence[AlertView], base: str, now: datetime) -> bytes:
    """Atom."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})

    def add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
        element = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        element.text = text
        return element

    add(root, "id", f"{base}/alerts.atom")
    add(root, "title", TITLE)
    add(root, "updated", max([a.updated_at for a in alerts], default=now).isoformat())
    add(root, "link", href=f"{base}/alerts.atom", rel="self")
    add(add(root, "author"), "name", "BHXH Radar")
    for alert in alerts:
        entry = add(root, "entry")
        add(entry, "id", f"{base}/alerts/{alert.id}")
        add(entry, "title", _title(alert))
        add(entry, "updated", alert.updated_at.isoformat())
        add(entry, "published", alert.opened_at.isoformat())
        add(entry, "link", href=f"{base}/alerts/{alert.id}")
        add(entry, "category", term=f"L{alert.peak_level}")
        add(entry, "summary", one_line(alert.why))
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def json_of(alerts: Sequence[AlertView], base: str) -> dict[str, Any]:
    """JSON Feed 1.1."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLE,
        "description": ABOUT,
        "home_page_url": f"{base}/alerts",
        "feed_url": f"{base}/alerts.json",
        "language": "vi",
        "items": [
            {
                "id": f"{alert.id}:L{alert.peak_level}",
                "url": f"{base}/alerts/{alert.id}",
                "title": _title(alert),
                "content_text": one_line(alert.why),
                "date_published": alert.opened_at.isoformat(),
                "date_modified": alert.updated_at.isoformat(),
                "tags": [f"L{alert.peak_level}", alert.topic, alert.state],
            }
            for alert in alerts
        ],
    }
