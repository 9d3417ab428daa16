"""The key that seals secrets is gone, or another one: the page says so until everybody has enrolled anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from service.bootstrap import Installation, Plan, install, make_site
from service.domain.accounts import Role
from service.domain.warning import Level
from service.scheduling.clock import SystemClock
from service.settings import load_settings
from service.storage.vault import new_key
from service.usecases.subscribe import add_webhook, remove_webhook
from tests.builders import enrol

EMAIL, HOOK = "truc@agency.example.com", "https://hooks.example.com/a"
LINE = "{} khóa xác thực hai lớp hoặc khóa ký không mở được: thiếu tệp khóa cũ (docs/accounts.md)."


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "DATABASE_URL": f"sqlite:///{tmp_path}/radar.db", "STATE_DIR": str(tmp_path / "state"), "TEXT_WORKERS": "0",
        "WEBHOOK_HOSTS": "hooks.example.com",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"RADAR_{name}", value)


@contextmanager
def started() -> Iterator[Installation]:
    with install(load_settings(), Plan(clock=SystemClock(), feeds=())) as radar:
        yield radar


def said(radar: Installation) -> list[str]:
    """What the page says of secrets, as somebody on this machine sees it."""
    client = TestClient(make_site(radar), base_url="http://127.0.0.1", client=("127.0.0.1", 50000))  # type: ignore[arg-type]
    page = client.get("/")
    assert page.status_code == 200
    lines = [line for line in radar.status() if "không mở được" in line]
    assert all(line in page.text for line in lines)
    return lines


def with_secrets() -> list[str]:
    """An installation with a second factor and a webhook; gives the recovery codes."""
    with started() as radar:
        radar.accounts.add(EMAIL, Role.ADMINISTRATOR)
        codes = enrol(radar.accounts, EMAIL)
        hosts = frozenset({"hooks.example.com"})
        add_webhook(
            HOOK, min_level=Level.WARNING, hosts=hosts, who=EMAIL, store=radar.store, clock=radar.plan.clock,
            vault=radar.vault,
        )  # fmt: skip
        assert said(radar) == []
    return codes


def test_the_page_says_how_many_secrets_are_lost_until_none_is(tmp_path: Path) -> None:
    codes = with_secrets()
    (tmp_path / "state" / "secrets.key").unlink()
    with started() as radar:
        assert said(radar) == [LINE.format(2)]
        user = radar.accounts.user(EMAIL)
        assert user is not None
        assert not radar.accounts.second_factor.accept(user, "000000")
        # a recovery code still lets its owner in, who enrols anew
        assert radar.accounts.second_factor.accept(user, codes[0])
        enrol(radar.accounts, EMAIL)
        assert said(radar) == [LINE.format(1)]
        with radar.store.begin() as tx:
            [hook] = tx.webhooks()
        remove_webhook(hook.id, who=EMAIL, store=radar.store, clock=radar.plan.clock)
        assert said(radar) == []
    with started() as radar:
        assert said(radar) == []


def test_the_key_that_comes_back_opens_everything(tmp_path: Path) -> None:
    with_secrets()
    path = tmp_path / "state" / "secrets.key"
    kept = path.read_bytes()
    path.unlink()
    with started() as radar:
        assert said(radar) == [LINE.format(2)]
    path.write_bytes(kept)
    with started() as radar:
        assert said(radar) == []


def test_another_key_in_the_environment_is_a_lost_one_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_secrets()
    old = (tmp_path / "state" / "secrets.key").read_text().strip()
    monkeypatch.setenv("RADAR_SECRETS_KEY", new_key())
    with started() as radar:
        assert said(radar) == [LINE.format(2)]
        radar.accounts.remove_second_factor(EMAIL)
        assert said(radar) == [LINE.format(1)]
    monkeypatch.setenv("RADAR_SECRETS_KEY", f"{new_key()},{old}")
    with started() as radar:
        assert said(radar) == []


def test_a_key_that_is_damaged_while_it_runs_ends_neither_page_nor_retention(tmp_path: Path) -> None:
    with started() as radar:
        (tmp_path / "state" / "audit.key").touch()
        with capture_logs() as logged:
            radar.retain()
        assert [entry["event"] for entry in logged] == ["retain"]
        assert any("audit.key" in line for line in radar.status())
