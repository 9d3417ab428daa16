"""What is added in one place and forgotten in another fails here, with the name of the place that is missing."""

from __future__ import annotations

import json
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from fastapi import APIRouter

import service.web
from classifiers import labels
from service.alerting import playbook, responses, stakes
from service.alerting.message import Content, Occasion, draft
from service.bootstrap.opening import open_vault
from service.bootstrap.outside import channels, make_notifiers
from service.bootstrap.plan import Plan
from service.domain.audiences import AUDIENCES
from service.domain.notifications import MessageChannel
from service.domain.sources import INTERFACES
from service.domain.topics import TOPICS
from service.scheduling.clock import SetClock
from service.settings import Settings
from service.storage.engine import SqlStore
from service.web.templating import FILTERS, GLOBALS
from tests.alerts import make_signal, opened
from tests.builders import NOW

ROOT = Path(__file__).parents[1]
CUES = yaml.safe_load((ROOT / "classifiers/features/cues/topics.yaml").read_text(encoding="utf-8"))
HEADS = json.loads((ROOT / "classifiers/models/shipped/manifest.json").read_text(encoding="utf-8"))["heads"]
LABELS = (ROOT / "docs/labels.md").read_text(encoding="utf-8")
SOCIAL = (ROOT / "docs/social.md").read_text(encoding="utf-8")
TABLE = re.findall(r"^\| (.+) \|$", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)

PLACES_OF_TOPICS = {
    "classifiers/labels/taxonomy.py: TOPICS": set(labels.TOPICS),
    "classifiers/features/cues/topics.yaml: its words": {name.removeprefix("t_") for name in CUES},
    "classifiers/models/shipped: `radar train`, after items of it in classifiers/datasets/corpus": {
        head.removeprefix("topic=") for head in HEADS if head.startswith("topic=")
    },
    "service/alerting/topics.yaml: weight, people, cluster": set(stakes.shipped()),
    "service/alerting/playbook.yaml: measures": set(playbook.shipped()) - {playbook.DEFAULT},
    "service/alerting/responses.yaml: questions": set(responses.shipped().questions) - {responses.DEFAULT},
    "service/alerting/responses.yaml: audiences": set(responses.shipped().audiences) - {responses.DEFAULT},
    "docs/labels.md: Topics": set(re.findall(r"\w+", LABELS.partition("## Topics")[2].partition(". What")[0])),
}


@pytest.mark.parametrize("place", PLACES_OF_TOPICS)
def test_a_topic_has_all_its_places(place: str) -> None:
    found = PLACES_OF_TOPICS[place]
    assert found == set(TOPICS), f"{place}: missing {set(TOPICS) - found}, unknown {found - set(TOPICS)}"


def test_an_audience_is_one_of_the_classifiers() -> None:
    assert set(AUDIENCES) == set(labels.AUDIENCES), "service/domain/audiences.py, classifiers/labels/taxonomy.py"


@pytest.fixture
def everything(store: SqlStore, tmp_path: Path) -> tuple[Settings, Plan]:
    """Settings under which every channel and interface is set up."""
    settings = Settings(
        state_dir=tmp_path, smtp_host="127.0.0.1", smtp_security="none", webhook_hosts=("127.0.0.1:9",),
        youtube_api_key="key", facebook_page_token="token",
    )  # fmt: skip
    return settings, Plan(clock=SetClock(NOW), feeds=())


def test_an_interface_is_set_up_and_described(everything: tuple[Settings, Plan]) -> None:
    assert set(channels(everything[0])) == set(INTERFACES), "bootstrap/outside.py: channels"
    assert [form for form in INTERFACES if f"`{form}`" not in SOCIAL] == [], "docs/social.md"


def test_a_channel_of_messages_has_a_notifier_and_its_form(everything: tuple[Settings, Plan], store: SqlStore) -> None:
    settings, plan = everything
    notifiers = make_notifiers(settings, plan, store, open_vault(settings), lambda: False)
    assert set(notifiers) == set(MessageChannel), "bootstrap/outside.py: make_notifiers"
    content = Content(alert=opened(make_signal()), occasion=Occasion.OPENED, base_url="https://radar.example.com")
    for channel in MessageChannel:
        message = draft(content, recipient="x", channel=channel)
        as_json = message.text.startswith("{") and not message.html
        assert as_json == channel.is_for_programs, f"alerting/message.py: drafts, {channel}"


def test_every_router_of_the_web_package_is_served() -> None:
    source = (ROOT / "service/web/app.py").read_text(encoding="utf-8")
    assert [name for name in _routers() if not re.search(rf"\b{re.escape(name)}\b", source)] == []


def _routers() -> Iterator[str]:
    for module in pkgutil.iter_modules(service.web.__path__):
        for name, value in vars(import_module(f"service.web.{module.name}")).items():
            if isinstance(value, APIRouter):
                yield f"{module.name}.{name}"


def test_templates_get_their_names_in_one_place_and_use_each() -> None:
    templates = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "service/web/templates").iterdir())
    assert [name for name in FILTERS if not re.search(rf"\|\s*{name}\b", templates)] == []
    assert [name for name in GLOBALS if not re.search(rf"\b{name}\b", templates)] == []
    modules = {p.name: p.read_text(encoding="utf-8") for p in (ROOT / "service/web").glob("*.py")}
    assert [name for name, text in modules.items() if "TEMPLATES.env" in text] == ["templating.py"]


def test_the_table_names_what_there_is() -> None:
    named = {path for row in TABLE for path in re.findall(r"`([\w./]+/[\w./]*|[\w]+\.yaml)`", row)}
    assert len(named) > 20
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
