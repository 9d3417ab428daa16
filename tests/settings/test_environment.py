from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import main
from service.settings import ConfigError, Settings, load_settings
from service.usecases.deliver import host_allowed


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)


def test_defaults_are_for_one_machine_on_loopback() -> None:
    settings = load_settings()
    assert settings.host == "127.0.0.1"
    assert settings.database_url.startswith("sqlite:")
    assert settings.desk_recipients == ()


def test_a_bad_value_names_the_variable_and_what_was_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RADAR_PORT", "http")
    with pytest.raises(ConfigError, match=r"RADAR_PORT.*valid integer.*'http'"):
        load_settings()


def test_a_recipient_outside_the_agency_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RADAR_ALLOWED_DOMAINS", "@agency.example.com")
    monkeypatch.setenv("RADAR_DESK_RECIPIENTS", "truc@agency.example.com, ban@other.example.com")
    with pytest.raises(ConfigError, match=r"ban@other\.example\.com: its domain is not in RADAR_ALLOWED_DOMAINS"):
        load_settings()


def test_the_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RADAR_SMTP_PASSWORD", "bi-mat")
    assert "bi-mat" not in repr(load_settings())


def test_the_documented_settings_are_those_of_the_code() -> None:
    documented = (Path(__file__).parents[2] / "docs/settings.md").read_text(encoding="utf-8")
    listed = CliRunner().invoke(main, ["config", "settings"]).stdout
    assert listed.count("\n") == len(Settings.model_fields) + 2
    assert documented[documented.index("| variable |") :] == listed, "docs/settings.md: run `radar config settings`"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DATABASE_URL", "foo", "expected sqlite:///FILE or postgresql://USER@HOST/NAME"),
        ("DATABASE_URL", "mysql://x", "expected an SQLite or PostgreSQL address, found 'mysql'"),
        ("DATABASE_URL", "postgresql://h/n?foo=1", 'invalid connection option "foo"'),
        ("DATABASE_URL", "postgresql://u@h:99999/n", "expected a port from 1 to 65535, found 99999"),
        ("SECRETS_KEY", "x", "expected Fernet keys"),
        ("HOST", "nope.invalid", "expected an address of this machine"),
        ("STATE_DIR", "/proc/x", "/proc/x: expected a folder that can be written to"),
        ("STATE_DIR", "/dev/null/x", "/dev/null/x: expected a folder that can be written to"),
        ("TRUSTED_PROXIES", "x", "expected IP addresses"),
        ("MAIL_FROM", "x", "expected an address such as radar@agency.example.com"),
        ("MAIL_FROM", "nguyễn@a.vn", "expected an address such as radar@agency.example.com"),
        ("DESK_RECIPIENTS", "a b@a.vn", "found 'a b@a.vn'"),
        ("DESK_RECIPIENTS", "truc@a.vn,@a.vn", "found '@a.vn'"),
        ("LEAD_RECIPIENTS", "x@@a.vn", "found 'x@@a.vn'"),
        ("INSPECTION_RECIPIENTS", "a..b@a.vn", "found 'a..b@a.vn'"),
        ("AUDIT_RECIPIENTS", "Trực <truc@a.vn>", "found 'Trực <truc@a.vn>'"),
        ("CONTACT", "liên-hệ@a.vn", "expected an address such as radar@agency.example.com"),
        ("CONTACT", "a@a.vn\nX: y", "expected an address such as radar@agency.example.com"),
        ("CONTACT", "", "expected an address such as radar@agency.example.com"),
        ("SMTP_HOST", "smtp://mail.a.vn", "expected the name of a mail server such as mail.example.com"),
        ("SMTP_HOST", "mail.a.vn:25", "expected the name of a mail server such as mail.example.com"),
        ("SMTP_HOST", "mail a.vn", "expected the name of a mail server such as mail.example.com"),
        ("ALLOWED_DOMAINS", "cơ-quan.vn", "expected mail domains such as agency.example.com"),
        ("ALLOWED_DOMAINS", "a..vn", "expected mail domains such as agency.example.com"),
        ("ALLOWED_DOMAINS", "@x", "expected mail domains such as agency.example.com"),
        ("PUBLIC_URL", "http://[::1", "expected an address such as https://radar.example.com"),
        ("PUBLIC_URL", "radar.example.com", "expected an address such as https://radar.example.com"),
        ("PUBLIC_URL", "https://radar.example.com/a?x=1#z", "without query and fragment"),
        ("PUBLIC_URL", "https://radar.example.com:99999", "expected an address such as"),
        ("PUBLIC_URL", "https://radar.example.com:0", "expected an address such as"),
        ("PUBLIC_URL", "https://ai@radar.example.com", "expected an address such as"),
        ("PUBLIC_URL", "https://radar example.com", "expected an address such as"),
        ("WEBHOOK_HOSTS", "hooks.example.com:99999", "expected an exact host or host:port"),
        ("WEBHOOK_HOSTS", "hooks.example.com:", "expected an exact host or host:port"),
        ("WEBHOOK_HOSTS", "hooks example.com", "expected an exact host or host:port"),
        ("WEBHOOK_HOSTS", "*.example.com", "expected an exact host or host:port"),
        ("WEBHOOK_HOSTS", "hooks.example.com/a", "expected an exact host or host:port"),
        ("WEBHOOK_HOSTS", "[::1", "expected an exact host or host:port"),
        ("DATABASE_URL", "sqlite:////tmp", "there can be no database /tmp: it is a folder"),
        ("YOUTUBE_API_KEY", "khóa", "expected printable ASCII"),
        ("FACEBOOK_PAGE_TOKEN", "a b", "expected printable ASCII"),
        ("OIDC_ISSUER", "http://[::1", "expected an https address"),
        ("PORTT", "80", "no setting; RADAR_PORT is one"),
    ],
)
def test_config_check_finds_what_cannot_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path, name: str, value: str, told: str
) -> None:
    (tmp_path / "feeds.yaml").write_text("[" * 5000)
    monkeypatch.setenv(f"RADAR_{name}", value)
    monkeypatch.setenv("RADAR_POLL_SECONDS", "0")
    found = CliRunner().invoke(main, ["config", "check"])
    assert found.exit_code == 1
    assert any(x.startswith(f"environment: RADAR_{name}: ") and told in x for x in found.stderr.splitlines())
    assert "khóa" not in found.stderr
    # every mistake is shown, also those of another kind and of the feeds file
    assert "RADAR_POLL_SECONDS" in found.stderr
    assert "feeds.yaml: nested too deeply" in found.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["feeds.yaml"]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("POLL_SECONDS", "nan", "expected a finite number, found 'nan'"),
        ("PORT", "70000", "expected less than or equal to 65535, found '70000'"),
        ("QUIET_HOURS", "22-6", "expected hours such as 06:00-22:00, found '22-6'"),
        ("LOG_LEVEL", "loud", "expected 'debug', 'info', 'warning' or 'error', found 'loud'"),
        ("SMTP_HOST", "a b", "without scheme and port, found 'a b'"),
    ],
)
def test_a_wrong_value_is_told_once_and_with_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"RADAR_{name}", value)
    with pytest.raises(ConfigError) as error:
        load_settings()
    assert str(error.value).startswith(f"environment: RADAR_{name}: expected")
    assert str(error.value).endswith(told)


def test_the_case_of_a_choice_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RADAR_LOG_LEVEL", "INFO")
    monkeypatch.setenv("RADAR_SMTP_SECURITY", "TLS")
    assert (load_settings().log_level, load_settings().smtp_security) == ("info", "tls")


FULL = {
    "SMTP_HOST": "mail.a.vn", "MAIL_FROM": "radar@a.vn", "CONTACT": "lien-he@a.vn", "DESK_RECIPIENTS": "truc@a.vn",
    "ALLOWED_DOMAINS": "a.vn",
}  # fmt: skip


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, None),
        ({"CONTACT": "lien-he@example.com"}, "RADAR_CONTACT is an example"),
        ({"MAIL_FROM": "radar@example.com"}, "RADAR_MAIL_FROM is an example"),
        ({"DATABASE_URL": "sqlite://"}, "RADAR_DATABASE_URL is a database in memory"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, "RADAR_DATABASE_URL is a database in memory"),
        ({"SMTP_USER": "a"}, "RADAR_SMTP_USER is set without RADAR_SMTP_PASSWORD"),
        ({"SMTP_PASSWORD": "bi-mat"}, "RADAR_SMTP_PASSWORD is set without RADAR_SMTP_USER"),
        ({"ZALO_APP_ID": "7"}, "RADAR_ZALO_APP_ID is set without RADAR_ZALO_SECRET"),
        ({"OIDC_ISSUER": "https://sso.a.vn", "OIDC_CLIENT_ID": "x"}, "RADAR_OIDC_ISSUER without RADAR_PUBLIC_URL"),
        ({"FALSE_ALARMS_PER_MONTH": "20", "FALSE_WATCHES_PER_MONTH": "1"}, "RADAR_FALSE_ALARMS_PER_MONTH is above"),
    ],
)
def test_config_check_notes_what_hardly_is_meant(
    monkeypatch: pytest.MonkeyPatch, tmp_path, values: dict[str, str], told: str | None
) -> None:
    (tmp_path / "feeds.yaml").write_text("sources: {}\nfeeds: []\n")
    for name, value in (FULL | values).items():
        monkeypatch.setenv(f"RADAR_{name}", value)
    found = CliRunner().invoke(main, ["config", "check"])
    assert found.exit_code == 0, found.stderr
    notes = found.stdout.splitlines()[1:]
    assert len(notes) == (1 if told else 0), notes
    assert not told or notes[0].startswith(told)
    assert "bi-mat" not in found.output


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("hooks.example.com", "https://hooks.example.com/a"),
        ("Hooks.example.com:8443", "https://hooks.example.com:8443/a"),
        ("10.0.0.7:9000", "http://10.0.0.7:9000/a"),
        ("[::1]:9000", "http://[::1]:9000/a"),
        ("[2001:db8::1]", "https://[2001:db8::1]/a"),
        ("2001:db8::1", "https://[2001:db8::1]/a"),
    ],
)
def test_a_host_of_webhooks_is_found_in_addresses(monkeypatch: pytest.MonkeyPatch, value: str, url: str) -> None:
    monkeypatch.setenv("RADAR_WEBHOOK_HOSTS", value)
    hosts = load_settings().webhook_hosts
    assert host_allowed(url, frozenset(hosts))
    monkeypatch.setenv("RADAR_WEBHOOK_HOSTS", ",".join(hosts))
    assert load_settings().webhook_hosts == hosts


def test_a_file_of_settings_that_is_none_is_told(tmp_path) -> None:
    (tmp_path / ".env").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ConfigError, match=r"^\.env: expected a file, found a link that leads nowhere$"):
        load_settings()
    (tmp_path / ".env").unlink()
    (tmp_path / ".env").mkdir()
    with pytest.raises(ConfigError, match=r"^\.env: expected a file, found a folder$"):
        load_settings()


def test_a_file_of_settings_is_checked_too(tmp_path) -> None:
    (tmp_path / ".env").write_bytes(b"RADAR_PORT=80\n# \xff\n")
    found = CliRunner().invoke(main, ["users", "list"])
    assert (found.exit_code, found.stderr) == (1, "Error: .env:2: expected text in UTF-8\n")
    (tmp_path / ".env").write_text("RADAR_FEED_FILE=a.yaml\n")
    assert (
        ".env: RADAR_FEED_FILE: no setting; RADAR_FEEDS_FILE is one"
        in CliRunner().invoke(main, ["config", "check"]).stderr
    )


@pytest.mark.parametrize(
    ("host", "fine"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("", True), ("mail.a.vn", False), ("10.0.0.5", False),
     ("127.0.0.1.a.vn", False)],
)  # fmt: skip
def test_mail_without_encryption_goes_to_this_machine_only(
    monkeypatch: pytest.MonkeyPatch, host: str, fine: bool
) -> None:
    monkeypatch.setenv("RADAR_SMTP_SECURITY", "none")
    monkeypatch.setenv("RADAR_SMTP_HOST", host)
    if fine:
        assert load_settings().smtp_host == host
    else:
        with pytest.raises(ConfigError, match="RADAR_SMTP_SECURITY: none is for a server on loopback only"):
            load_settings()


@pytest.mark.parametrize("address", ["a+b@a.vn", "o'neil@a.vn", "truc.ban@xn--c-quan-u4a.vn", "radar@localhost"])
def test_ordinary_addresses_are_taken(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("RADAR_MAIL_FROM", address)
    assert load_settings().mail_from == address
