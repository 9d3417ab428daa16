"""What the documents say exists, and what exists is in the documents."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from service.cli import COMMANDS

REPOSITORY = Path(__file__).parents[1]


def test_every_command_is_in_the_list_of_commands() -> None:
    listed = set(re.findall(r"`radar ([a-z-]+)", (REPOSITORY / "docs/commands.md").read_text(encoding="utf-8")))
    assert set(COMMANDS) <= listed
    assert listed <= set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_can_be_loaded_and_explains_itself(name: str) -> None:
    command = importlib.import_module(f"service.cli.{COMMANDS[name][0]}").command
    assert (command.help or "").strip()


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_links_lead_somewhere(document: str) -> None:
    text = (REPOSITORY / document).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert (REPOSITORY / target).exists(), target


def test_every_decision_names_what_keeps_it() -> None:
    for record in sorted((REPOSITORY / "docs/adr").glob("*.md")):
        text = record.read_text(encoding="utf-8")
        assert "Kept by:" in text, record.name
        for path in re.findall(r"`((?:tests|service|migrations)/[\w/.]+)`", text):
            assert (REPOSITORY / path).exists(), f"{record.name}: {path}"
