"""Pages that want a browser to prove itself, served in place of what was asked for."""

from __future__ import annotations

import re

SNIFFED = 32 * 1024
# each on its own is enough; markers that occur in ordinary pages behind the same services are not here
MARKERS = re.compile(
    rb"_cf_chl_opt|cf-browser-verification|<title>\s*Just a moment\.\.\.|<title>\s*Attention Required! \| Cloudflare"
    rb"|checking your browser before|DDoS protection by|ddos-guard/js-challenge|sucuri_cloudproxy_js"
    rb"|Incapsula incident ID|slowAES\.decrypt|_Incapsula_Resource|aws-waf-token|window\.awsWafCookieDomainList"
    rb"|px-captcha|geo\.captcha-delivery\.com",
    re.IGNORECASE,
)
SETS_COOKIE = re.compile(rb"document\.cookie\s*=", re.IGNORECASE)
RELOADS = re.compile(rb"location\.(?:reload|replace|href)|window\.location\s*=|http-equiv=[\"']?refresh", re.IGNORECASE)
SMALL = 8 * 1024


def is_challenge(body: bytes) -> bool:
    """Whether a body is a check of the browser: known ones by their marks, else a small page that does nothing but set
    a cookie by script and load itself again (as laodong.vn's «D1N»)."""
    head = body[:SNIFFED]
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return False
    if (
        re.match(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:\?xml|rss|feed|rdf)", head, re.IGNORECASE)
        and b"<html" not in head.lower()
    ):
        return False
    if MARKERS.search(head):
        return True
    return len(body) <= SMALL and bool(SETS_COOKIE.search(head) and RELOADS.search(head))
