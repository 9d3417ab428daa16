import pytest

from service.settings import ConfigError, Settings, load_settings


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


def test_every_setting_is_documented() -> None:
    from pathlib import Path

    documented = (Path(__file__).parents[2] / "docs/settings.md").read_text(encoding="utf-8")
    missing = [n for n in Settings.model_fields if f"`RADAR_{n.upper()}`" not in documented]
    assert missing == []
