"""Addresses: one canonical form, the identity of the article behind it, and forms without a person in them."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Collection, Iterable
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit, urlunsplit

import idna

TRACKING = re.compile(
    r"(?i)^(?:utm_.*|vn_(?:source|campaign|medium|term|thumb)|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid"
    r"|twclid|ttclid|igshid|igsh|mc_[ce]id|_ga|_gl|_hs(?:enc|mi)|gidzl|zarsrc|zmsg|spm|ref|ref_src|ref_url|cmpid|ocid"
    r"|ito|smid|feature|si|at_(?:medium|campaign|custom\d?)|amp|__twitter_impression|outputtype|from_rss|rss"
    r"|phpsessid|jsessionid|aspsessionid[a-z]*)$"
)
SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
# what portals of one page have in the place of paths: «#/tin/1», «#!tin-1»
ROUTE = re.compile(r"!?/\w.*|!\w.*", re.DOTALL)
MOBILE_HOST = re.compile(r"^(?:m|mobile|amp|wap|touch|3g)\.(?=[^.]+\.[^.]+)")
AMP_PATH = re.compile(r"^/amp(?=/.)|(?:/amp/?|\.amp)$|(?:-amp|\.amp)(?=\.(?:html?|ldo|chn|vov|vnp|tpo)$)")
AMP_CACHE = re.compile(r"^/[cvi]/(?:s/)?(?P<rest>[^/]+/.*)$")
GOOGLE_AMP = re.compile(r"^/amp/(?:s/)?(?P<rest>[^/]+/.*)$")
INDEX_PAGE = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$", re.IGNORECASE)
DEFAULT_PORTS = {"http": 80, "https": 443}
UNRESERVED = frozenset((string.ascii_letters + string.digits + "-._~").encode())
PATH_SAFE = "/:@!$&'()*+,;=-._~"
MAX_URL = 4096
EDGES = "".join(chr(code) for code in (*range(0x21), *range(0x7F, 0xA0)))
MAX_HOST, MAX_LABEL = 253, 63  # characters of a name and of its parts (RFC 1035, 2.3.4)

# Outlets whose addresses end in an article number that stays when slug, section or host change; VCCorp's sites share
# one numbering.
ARTICLE_NUMBER = re.compile(
    r"(?:^|[-/_])(?:post|d|ar|c|a|art|n)?(?P<number>\d{5,20})(?:-\d{1,3})?"
    r"(?:\.(?:html?|chn|ldo|vov|vnp|antd|tpo|epi|aspx|amp))?$"
)
VCCORP = ("soha.vn", "cafef.vn", "kenh14.vn", "cafebiz.vn", "genk.vn", "gamek.vn", "afamily.vn", "autopro.com.vn")
NUMBERED = (
    *VCCORP, "vnexpress.net", "dantri.com.vn", "tuoitre.vn", "thanhnien.vn", "nld.com.vn", "plo.vn", "tienphong.vn",
    "sggp.org.vn", "znews.vn", "zingnews.vn", "nhandan.vn", "vietnamplus.vn", "vietnamnet.vn", "laodong.vn",
    "danviet.vn", "vtcnews.vn", "baotintuc.vn", "kienthuc.net.vn", "viettimes.vn", "vov.vn", "vtv.vn", "cand.vn",
    "cand.com.vn", "baochinhphu.vn", "suckhoedoisong.vn", "baodautu.vn", "hanoimoi.vn", "anninhthudo.vn",
    "vneconomy.vn", "nguoiduatin.vn", "giadinh.suckhoedoisong.vn", "daidoanket.vn", "phunuvietnam.vn", "baophapluat.vn",
)  # fmt: skip
PUBLISHERS = {
    **{host: host for host in NUMBERED},
    **dict.fromkeys(VCCORP, "vccorp"),
    "zingnews.vn": "znews.vn",
    "cand.com.vn": "cand.vn",
}

OFFICIAL_HOSTS = ("baohiemxahoi.gov.vn", "vss.gov.vn")

# Statuses under a person's name: Mastodon, X, Threads, Facebook, TikTok, Instagram, Bluesky, Linkhay.
UNDER_A_NAME = (
    r"^/(?:@[^/]+(?:/(?:post|video|posts))?|users/[^/]+/statuses|profile/[^/]+/post|u/[^/]+/(?:link|post)"
    r"|[^/]+/(?:status|posts|videos|reel))/(?P<id>[A-Za-z0-9_-]{%d,})$"
)
STATUS, STATUS_OF_PLATFORM = re.compile(UNDER_A_NAME % 5), re.compile(UNDER_A_NAME % 1)
PAGE_OF_A_PERSON = re.compile(r"/(?:@|(?:u|user|users|profile|members|thanh-vien)/)[^/]")
# Public threads of forums and public videos; everything else on social networks leads to a person.
FORUM_THREAD = re.compile(r"^(?P<base>.*/(?:t|threads|chu-de|topic))/(?:[^/]*?[.-])?(?P<id>\d+)(?:/.*)?$")
SHOW_THREAD = re.compile(r"^(?P<path>.*/(?:showthread|viewtopic)\.php)$")
REDDIT_THREAD = re.compile(r"^(?P<path>/r/[^/]+/comments/[a-z0-9]+)(?:/.*)?$")
NOT_FORUMS = ("facebook.com", "fb.com", "twitter.com", "x.com", "threads.net", "threads.com", "instagram.com",
              "tiktok.com", "zalo.me", "t.me", "linkedin.com", "medium.com")  # fmt: skip
# Where whatever is published is some person's, often under the person's name: networks, blogs, communities.
PERSONAL_PLATFORMS = (
    *NOT_FORUMS, "youtube.com", "youtu.be", "reddit.com", "bsky.app", "mastodon.social", "mstdn.social", "quora.com",
    "pinterest.com", "lotus.vn", "wordpress.com", "blogspot.com", "blogger.com", "substack.com", "tumblr.com",
    "ghost.io", "notion.site", "weebly.com", "wixsite.com", "livejournal.com", "telegra.ph", "spiderum.com",
    "linkhay.com", "webtretho.com", "lamchame.com", "tinhte.vn", "otofun.net", "voz.vn",
)  # fmt: skip
# where institutions only have a site: members and profiles there are no writers
INSTITUTIONS = ("gov.vn", "edu.vn", "int", "quochoi.vn", "chinhphu.vn")
COMMUNITY_HOST = re.compile(r"^(?:forums?|diendan|dien-dan|community|cong-dong|blogs?)\.")


def canonical_url(url: str) -> str:
    """One form for the many addresses of a page: https, no tracking, no session, no AMP or mobile host, no fragment but
    one that a script reads as a path.

    Not always an address that answers (a site may know its mobile host only): for comparison, not for fetching. What
    is no http address comes back stripped. Applying it twice changes nothing.
    """
    stripped = _visible(url)
    for _ in range(MAX_URL):  # every further pass is shorter
        once = _canonical_once(stripped)
        if once == stripped:
            break
        stripped = once
    return stripped


def identity_key(url: str) -> str:
    """What is the same for all addresses of one article: publisher and article number where the outlet is known to
    number its articles, else the canonical address without «www.».

    Keys of statuses hold no handle, so that nothing made of them (a hash, say) is personal data.
    """
    canonical = canonical_url(url)
    if web_address(canonical) is None:
        return canonical
    parts = urlsplit(canonical)
    host = (parts.hostname or "").removeprefix("www.")
    if status := _status(host, parts.path):
        return f"https://{parts.netloc.removeprefix('www.')}/statuses/{status}"
    publisher = _publisher(host)
    number = ARTICLE_NUMBER.search(parts.path)
    if publisher and number:
        return f"{publisher}#{number['number']}"
    return canonical.replace("://www.", "://", 1)


def without_handle(url: str) -> str:
    """The address of the public thread or video that a post belongs to, else "": never one of a status, a comment or a
    person, nor one that holds a handle or a title."""
    address = web_address(canonical_url(url))
    if address is None:
        return ""
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.")
    if _under(host, NOT_FORUMS) or "@" in parts.path or PAGE_OF_A_PERSON.search(parts.path):
        return ""
    query = dict(parse_qsl(parts.query))
    if _under(host, ("youtube.com",)) and parts.path == "/watch" and "v" in query:
        return f"https://www.youtube.com/watch?{urlencode({'v': query['v']})}"
    if host == "youtu.be" and re.fullmatch(r"/[\w-]{6,20}", parts.path):
        return f"https://www.youtube.com/watch?v={parts.path[1:]}"
    if _under(host, ("reddit.com",)):
        reddit = REDDIT_THREAD.match(parts.path)
        return f"https://www.reddit.com{reddit['path']}" if reddit else ""
    base = f"{parts.scheme}://{parts.netloc}"
    if thread := FORUM_THREAD.match(parts.path):
        return f"{base}{thread['base']}/{thread['id']}"
    number = query.get("t", "")
    if SHOW_THREAD.match(parts.path) and number.isdecimal():
        return f"{base}{parts.path}?t={number}"
    return ""


def personal_platform(url: str, outlets: Collection[str] = ()) -> str:
    """Where what is published is some person's: the name of the network, blog host or community, without the person's.
    Empty: nothing tells that of this address.

    Args:
        outlets: hosts of outlets; blogs and profiles on these and their subdomains are the outlets' own.
    """
    parts = urlsplit(canonical_url(url))
    host = (parts.hostname or "").removeprefix("www.")
    if (known := next((p for p in PERSONAL_PLATFORMS if _under(host, (p,))), None)) is not None:
        return known
    if _under(host, INSTITUTIONS) or _under(host, outlets):
        return ""
    return host if COMMUNITY_HOST.match(host) or PAGE_OF_A_PERSON.search(parts.path) else ""


def tells_no_person(url: str) -> bool:
    """Whether a post is known by its address without whoever wrote it: a public thread, or the number of a status."""
    parts = urlsplit(canonical_url(url))
    return bool(without_handle(url) or _status((parts.hostname or "").removeprefix("www."), parts.path))


def _status(host: str, path: str) -> str:
    """The number of a status under a person's name; empty where it is none."""
    found = (STATUS_OF_PLATFORM if _under(host, PERSONAL_PLATFORMS) else STATUS).match(path)
    return found["id"] if found else ""


def is_front_page(url: str) -> bool:
    """Whether an address is that of a site, not of something on it."""
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def commonest_path(urls: Iterable[str]) -> tuple[str, float]:
    """The commonest first part of the addresses' paths, where they have more than one, and the share that has it."""
    firsts: Counter[str] = Counter()
    total = 0
    for url in urls:
        total += 1
        parts = urlsplit(url).path.strip("/").split("/")
        if len(parts) > 1:
            firsts[parts[0].lower()] += 1
    if not firsts:
        return "", 0.0
    [(path, count)] = firsts.most_common(1)
    return path[:80], count / total


def foreign_hosts(urls: Iterable[str], own: str) -> dict[str, int]:
    """How often addresses lead to hosts that are not of the site of `own`."""
    site = _site(urlsplit(own).hostname or "")
    named = (urlsplit(url).hostname or "" for url in urls)
    hosts = Counter(_host(host).removeprefix("www.") for host in named if host and _has_possible_length(host))
    hosts.pop("", None)
    return {host: n for host, n in hosts.items() if _site(host) != site}


def _site(host: str) -> str:
    """The part of a host name that one owner has, near enough: two labels, three under «com.vn» and the like."""
    labels = host.removeprefix("www.").split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in ("com", "gov", "org", "net", "edu", "co", "vn")
    return ".".join(labels[-3:] if short else labels[-2:])


def is_official_host(host: str) -> bool:
    """Whether a host belongs to Vietnam Social Security itself (not one that merely looks like it)."""
    name = host.strip().lower().rstrip(".")
    name = re.sub(r":\d{1,5}$", "", name)
    return name.isascii() and _under(name, OFFICIAL_HOSTS)


def of_state_agency(url: str, agencies: Collection[str] = ()) -> bool:
    """Whether what stands there is published by Vietnam Social Security or by another agency.

    Args:
        agencies: hosts of other agencies; their subdomains are theirs too.
    """
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return is_official_host(host) or _under(host, agencies)


def web_address(url: str) -> str | None:
    """The address with what may be sent to a server: http or https, a host whose name can be one, no credentials, no
    control characters and lone surrogates."""
    stripped = _visible(url)
    try:
        parts = urlsplit(stripped)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in DEFAULT_PORTS or not parts.hostname or len(stripped) > MAX_URL:
        return None
    if not _has_possible_length(parts.hostname) or "%20" in parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    netloc = host if port is None else f"{host}:{port}"
    return urlunsplit((parts.scheme.lower(), netloc, parts.path, parts.query, parts.fragment))


def _visible(url: str) -> str:
    """What browsers make of it (WHATWG URL, 4.4): without what is around it, line ends (with the indentation that comes
    with them) and controls; a space within is part of the address."""
    joined = re.sub(r"[ \t]*[\r\n][ \t\r\n]*", "", url.strip(EDGES))
    return re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+", "", joined).strip(" ").replace(" ", "%20")


def _canonical_once(url: str) -> str:
    address = web_address(url)
    if address is None:
        return url
    parts = urlsplit(address)
    if (unwrapped := _out_of_amp_cache(parts.hostname or "", parts.path)) is not None:
        address = unwrapped + (f"?{parts.query}" if parts.query else "")
        parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError:
        return url
    host = _host(parts.hostname or "")
    netloc = host if port in (None, DEFAULT_PORTS["http"], DEFAULT_PORTS["https"]) else f"{host}:{port}"
    return urlunsplit(("https", netloc, _path(parts.path), _query(parts.query), _route(parts.fragment)))


def _out_of_amp_cache(host: str, path: str) -> str | None:
    if host.endswith(".cdn.ampproject.org"):
        match = AMP_CACHE.match(path)
    elif host in ("www.google.com", "google.com", "www.google.com.vn"):
        match = GOOGLE_AMP.match(path)
    else:
        return None
    return f"https://{match['rest']}" if match else None


def _host(host: str) -> str:
    name = MOBILE_HOST.sub("", _name(host))
    return f"[{name}]" if ":" in name else name


def _name(host: str) -> str:
    """The name of a host as it goes over the wire; as it came where it cannot."""
    name = host.lower().rstrip(".")
    if not name.isascii() and len(name) <= 253:
        try:
            return idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError:
            return name
    return name


def _has_possible_length(host: str) -> bool:
    """Whether a host's name could be one by its length; no server has a longer one."""
    name = _name(host)
    return len(name) <= MAX_HOST and all(_length(label) <= MAX_LABEL for label in name.split("."))


def _length(label: str) -> int:
    return len(label) if label.isascii() else len(f"xn--{label.encode('punycode').decode()}")


def _path(path: str) -> str:
    decoded = _decode_unreserved(SESSION.sub("", path))
    cleaned = re.sub(r"/{2,}", "/", decoded)
    for pattern in (AMP_PATH, INDEX_PAGE):
        cleaned = pattern.sub("/" if pattern is INDEX_PAGE else "", cleaned)
    return cleaned.rstrip("/") or "/"


def _decode_unreserved(path: str) -> str:
    """Percent-encoding as RFC 3986, 6.2.2 wants it: none for unreserved characters, capitals in the rest."""

    def one(match: re.Match[str]) -> str:
        byte = unquote_to_bytes(match[0])[0]
        return chr(byte) if byte in UNRESERVED else match[0].upper()

    return quote(re.sub(r"%[0-9A-Fa-f]{2}", one, path), safe=PATH_SAFE + "%")


def _route(fragment: str) -> str:
    return fragment if ROUTE.fullmatch(fragment) else ""


def _query(query: str) -> str:
    if query.count("&") > 200:
        return query
    kept = [(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if not TRACKING.match(k)]
    return urlencode(sorted(kept))


def _publisher(host: str) -> str | None:
    return next((PUBLISHERS[known] for known in PUBLISHERS if _under(host, (known,))), None)


def _under(host: str, domains: Collection[str]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
