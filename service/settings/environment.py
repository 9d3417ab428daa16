"""Settings from the environment and an optional `.env` file; each is described in docs/settings.md."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    SettingsConfigDict,
)

from service.alerting.hours import Hours
from service.domain.mailboxes import is_host, is_mailbox
from service.settings.problems import ConfigError, Problem


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _domains(values: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(v.lower().lstrip("@.") for v in values)
    for value in found:
        if not is_host(value) or "." not in value:
            raise ValueError(f"expected mail domains such as agency.example.com, found {value!r}")
    return found


def _addresses(values: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tuple(str(ipaddress.ip_address(v)) for v in values)
    except ValueError as error:
        raise ValueError(f"expected IP addresses: {error}") from None


def _mailbox(value: str) -> str:
    if not is_mailbox(value):
        raise ValueError("expected an address such as radar@agency.example.com, in letters without diacritics")
    return value


def _mailboxes(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not is_mailbox(value):
            raise ValueError(f"expected addresses such as truc@agency.example.com, comma-separated, found {value!r}")
    return values


def _mail_host(value: str) -> str:
    # names inside a network of containers may have underscores
    if value and not is_host(value.replace("_", "-")) and not _ip(value):
        raise ValueError("expected the name of a mail server such as mail.example.com, without scheme and port")
    return value


def _ip(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _loopback(host: str) -> bool:
    return host.lower() == "localhost" or (_ip(host) and ipaddress.ip_address(host).is_loopback)


def _web_address(value: str) -> str:
    if value and (_parts(value)[0] not in ("http", "https") or re.search(r"[\s?#@]", value) or _port(value) == 0):
        raise ValueError("expected an address such as https://radar.example.com, without query and fragment")
    return value


def _hosts(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_host, values))


def _host(value: str) -> str:
    """As addresses of webhooks are compared: an IPv6 address without brackets."""
    with suppress(ValueError):
        return str(ipaddress.ip_address(value))
    _, name = _parts(f"https://{value}")
    port = _port(f"https://{value}")
    is_name = HOST.fullmatch(name) and value.lower() in (name, f"{name}:{port}")
    if port == 0 or not (is_name or (":" in name and value.lower() in (f"[{name}]", f"[{name}]:{port}"))):
        raise ValueError(f"expected an exact host or host:port, found {value!r}")
    return name if port is None else f"{name}:{port}"


def _hours(value: str) -> str:
    return str(Hours.parse(value)) if value.strip() else ""


HOST = re.compile(r"[\w-]+(\.[\w-]+)*")
SECRETS = Path("/run/secrets")  # where containers find secrets as files: radar_database_password, radar_smtp_password
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Mailboxes = Annotated[Names, AfterValidator(_mailboxes)]


class Settings(BaseSettings):
    """Everything an operator can set without touching code; docs/settings.md has its descriptions from here."""

    model_config = SettingsConfigDict(
        env_prefix="RADAR_",
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        allow_inf_nan=False,
        secrets_dir=SECRETS if SECRETS.is_dir() else None,
    )

    database_url: str = Field(
        "sqlite:///var/radar.db", description="SQLite file or PostgreSQL address (postgresql://...)"
    )
    database_password: SecretStr = Field(SecretStr(""), description="password of a PostgreSQL address that holds none")
    feeds_file: Path = Field(Path("feeds.yaml"), description="outlets and addresses to read")
    host: str = Field("127.0.0.1", description="address the API and the page listen on")
    port: int = Field(
        8000,
        ge=0,
        le=65535,
        description=(
            "port the API and the page listen on; 0: any that is free (tests; links need `RADAR_PUBLIC_URL` then)"
        ),
    )
    public_url: Annotated[str, AfterValidator(_web_address)] = Field(
        "", description="address under which people reach the page, for links in e-mail; empty: this host and port"
    )
    contact: Annotated[str, AfterValidator(_mailbox)] = Field(
        "lien-he@example.com",
        description=(
            "contact in the crawler's user agent; editors write there. Like all addresses of mail: one plain "
            "ASCII address"
        ),
    )
    text_workers: int = Field(
        1, ge=0, le=1, description="1: judging and parsing in a process each; 0: in the service itself"
    )
    fetch_pages: Literal["all", "relevant", "none"] = Field(
        "all", description="which entries' pages are read: all new ones, those that look relevant, or none"
    )
    poll_seconds: float = Field(15.0, gt=0, le=600, description="how often due feeds are looked for")
    trusted_proxies: Annotated[Names, AfterValidator(_addresses)] = Field(
        (),
        description=(
            "addresses of reverse proxies whose X-Forwarded-For is believed, for rate limits; with one, "
            "nobody reads without an account"
        ),
    )
    keep_text_days: int = Field(30, ge=1, le=365, description="full text of a document is removed after this many days")
    keep_excerpt_days: int = Field(
        730, ge=1, le=3650, description="excerpts are removed after this many days; title, link and labels stay"
    )
    keep_comment_days: int = Field(
        180, ge=1, le=730, description="masked posts and comments lose text and address after this many days"
    )
    keep_message_days: int = Field(
        365, ge=1, le=3650, description="bodies of sent messages are removed after this many days"
    )
    keep_finding_days: int = Field(
        730,
        ge=30,
        le=3650,
        description="findings that have ended are removed after this many days, with the decisions about them",
    )
    keep_audit_days: int = Field(
        3650, ge=365, le=36500, description="entries of the audit log are kept this many days (at least 365)"
    )
    state_dir: Path = Field(
        Path("var"),
        description="folder for what is kept beside the database: keys, audit heads, deleted addresses, models",
    )
    secrets_key: SecretStr = Field(
        SecretStr(""),
        description=(
            "key that seals secrets in the database, older ones after it, comma-separated; empty: "
            "`secrets.key` in the state folder, made at first start. The same on every machine that shares a "
            "database"
        ),
    )
    audit_recipients: Mailboxes = Field(
        (), description="who gets the signed head of the audit log by mail every day, comma-separated"
    )
    oidc_issuer: str = Field("", description="OpenID provider (`https://...`); empty: log-in by password only")
    oidc_client_id: str = Field(
        "",
        description=(
            "client id at the OpenID provider; its redirect address is `RADAR_PUBLIC_URL/login/provider/back`"
        ),
    )
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="client secret at the OpenID provider")
    oidc_label: str = Field("Đăng nhập một lần", description="what the link to the OpenID provider says")
    smtp_host: Annotated[str, AfterValidator(_mail_host)] = Field(
        "",
        description=(
            "name of the mail server, without scheme and port; empty: alert e-mail stays in the outbox and "
            "the page says so. A server that does not answer, or refuses us, is asked again for five days "
            "(of an alert that stands, as long as it does), every five minutes at least, and the page says "
            "since when; one that took a message and has not answered after five minutes gets it 12 times at "
            "most"
        ),
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="port of the mail server")
    smtp_user: str = Field("", description="user name at the mail server")
    smtp_password: SecretStr = Field(SecretStr(""), description="password at the mail server")
    smtp_security: Annotated[Literal["starttls", "tls", "none"], BeforeValidator(_lower)] = Field(
        "starttls",
        description=(
            "`starttls`, `tls` or `none`; none is for a server on loopback only, and refused at start for any other"
        ),
    )
    mail_from: Annotated[str, AfterValidator(_mailbox)] = Field(
        "radar@example.com", description="sender of alert e-mail"
    )
    desk_recipients: Mailboxes = Field((), description="addresses of the communications desk, comma-separated")
    allowed_domains: Annotated[Names, AfterValidator(_domains)] = Field(
        (),
        description=(
            "the agency's own mail domains (with diacritics: in the xn-- form); nobody else ever gets an alert"
        ),
    )
    lead_recipients: Mailboxes = Field(
        (), description="people in charge, told where nobody acknowledges an alert in time"
    )
    inspection_recipients: Mailboxes = Field(
        (), description="the agency's own inspection unit, told of findings about institutions"
    )
    quiet_hours: Annotated[str, AfterValidator(_hours)] = Field(
        "", description="local hours such as 22:00-06:00 in which alert e-mail below L3 waits; empty: never"
    )
    false_alarms_per_month: float = Field(
        2.0,
        gt=0,
        le=1000,
        description=(
            "alerts of L2 a month, all streams together, that may be due to chance ([detection.md](detection.md))"
        ),
    )
    false_watches_per_month: float = Field(
        8.0,
        gt=0,
        le=1000,
        description="the same for L1, which is on the page only and sends no messages; L3 and L4 have no budget",
    )
    report_parent: str = Field(
        "BỘ TÀI CHÍNH", max_length=120, description="governing agency at the head of periodic reports"
    )
    report_agency: str = Field(
        "BẢO HIỂM XÃ HỘI VIỆT NAM", max_length=120, description="issuing agency; a province's reports stand below it"
    )
    report_place: str = Field(
        "Hà Nội", max_length=60, description="where reports are signed; number and day stay empty for a person"
    )
    webhook_hosts: Annotated[Names, AfterValidator(_hosts)] = Field(
        (),
        description="hosts of webhooks: exact names (https), or host:port, which may be a private address",
    )
    youtube_api_key: SecretStr = Field(
        SecretStr(""), description="key of YouTube Data API v3; empty: no comments are read ([social.md](social.md))"
    )
    youtube_units_a_day: int = Field(
        10_000, ge=1, le=10_000_000, description="quota units of the key; they are renewed at midnight Pacific time"
    )
    facebook_page_token: SecretStr = Field(
        SecretStr(""), description="token of the agency's own Facebook page; empty: its comments are not read"
    )
    zalo_app_id: str = Field("", description="application of the agency's own Zalo account; empty: there is no webhook")
    zalo_secret: SecretStr = Field(SecretStr(""), description="secret with which Zalo signs its events")
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = Field(
        "info", description="how much is logged"
    )

    @property
    def base_url(self) -> str:
        """Where people reach the page, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")


def load_settings() -> Settings:
    """Settings of this process.

    Raises:
        ConfigError: naming the variable and what was expected of it.
    """
    settings, problems = read_settings()
    if problems:
        raise ConfigError(problems)
    return settings


def read_settings() -> tuple[Settings, list[Problem]]:
    """Settings of this process with the default in place of every wrong value, and what is wrong."""
    problems = [Problem(".env", 0, "", f"expected a file, found {found}")] if (found := _no_file(Path(".env"))) else []
    try:
        settings = Settings()
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError([Problem(".env", line, "", "expected text in UTF-8")]) from None
    except ValidationError as error:
        wrong = error.errors(include_url=False)
        problems += [_wrong(".".join(map(str, e["loc"])), _expected(e["msg"], e["input"])) for e in wrong]
        names = {str(e["loc"][0]) for e in wrong}
        defaults: dict[str, Any] = {n: Settings.model_fields[n].get_default() for n in names}
        settings = Settings(**defaults)
    return settings, [*problems, *_together(settings)]


def _no_file(path: Path) -> str:
    """What stands where a file is expected; empty where it is one, or nothing."""
    if path.is_symlink() and not path.exists():
        return "a link that leads nowhere"
    return "a folder" if path.is_dir() else ""


def _wrong(name: str, expected: str) -> Problem:
    return Problem("environment", 0, f"RADAR_{name}".upper(), expected)


def _together(settings: Settings) -> Iterator[Problem]:
    """What is wrong with settings that are right each by itself, and with secrets, which are not shown."""
    for group in ("desk", "lead", "inspection", "audit"):
        for who in getattr(settings, f"{group}_recipients"):
            if who.rpartition("@")[2].lower() not in settings.allowed_domains:
                yield _wrong(f"{group}_recipients", f"{who}: its domain is not in RADAR_ALLOWED_DOMAINS")
    for name in ("youtube_api_key", "facebook_page_token"):
        if not re.fullmatch("[!-~]*", getattr(settings, name).get_secret_value()):
            yield _wrong(name, "expected printable ASCII: it is sent in a header")
    if settings.smtp_security == "none" and settings.smtp_host and not _loopback(settings.smtp_host):
        server = f"RADAR_SMTP_HOST is {settings.smtp_host!r}"
        yield _wrong("smtp_security", f"none is for a server on loopback only ({server}); use starttls or tls")
    if settings.oidc_issuer and not settings.oidc_client_id:
        yield _wrong("oidc_client_id", "needed beside RADAR_OIDC_ISSUER")
    if settings.oidc_issuer and not _safe(settings.oidc_issuer):
        yield _wrong("oidc_issuer", f"expected an https address (found {settings.oidc_issuer!r})")


def _expected(message: str, found: object) -> str:
    """What pydantic, or a check of ours through it, says of a value, with the value where it is not in it."""
    expected = message.removeprefix("Value error, ").replace("Input should be", "expected", 1)
    return expected if ", found " in expected else f"{expected}, found {found!r}"


def misspelt() -> list[Problem]:
    """Names that look like ours and are none, each with the nearest that is: they have no effect."""
    known = [f"RADAR_{n.upper()}" for n in Settings.model_fields]
    found = []
    for place, source in (("environment", EnvSettingsSource(Settings)), (".env", DotEnvSettingsSource(Settings))):
        for name in sorted(n.upper() for n in source.env_vars):
            if name.startswith("RADAR_") and name not in known:
                nearest = difflib.get_close_matches(name, known, n=1)
                found.append(Problem(place, 0, name, f"no setting{f'; {nearest[0]} is one' if nearest else ''}"))
    return found


def table() -> str:
    """Every setting with its default and description, as a table in Markdown."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        value = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        default = "(empty)" if value in ("", ()) else f"`{value}`"
        lines.append(f"| `RADAR_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


def _parts(address: str) -> tuple[str, str]:
    """Scheme and host of an address; empty where it is none."""
    try:
        parts = urlsplit(address)
        return (parts.scheme, parts.hostname) if parts.hostname else ("", "")
    except ValueError:
        return "", ""


def _port(address: str) -> int | None:
    """The port of an address that has one; 0 where it can be none."""
    try:
        return urlsplit(address).port
    except ValueError:
        return 0


def _safe(address: str) -> bool:
    """https, or this machine (tests)."""
    scheme, host = _parts(address)
    return scheme == "https" or (scheme == "http" and host in ("127.0.0.1", "localhost", "::1"))
