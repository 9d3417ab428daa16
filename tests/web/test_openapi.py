"""The document of the API: nothing in it is without a word, and its examples are what it says they are."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner

from service.cli.openapi import command
from service.domain.accounts import Scope
from service.usecases.accounts import Accounts
from service.web.app import api_document
from service.web.openapi import ENTRY, attributes
from tests.builders import bearer
from tests.web.conftest import MakeBrowser

SERVICE = Path(__file__).resolve().parents[2] / "service"
DOCUMENT = api_document()
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPERATIONS = {f"{m.upper()} {p}": o for p, ms in DOCUMENT["paths"].items() for m, o in ms.items()}


def referred(value: Any) -> Iterator[str]:
    """Names of all schemas that something refers to."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if key == "$ref":
            yield inner.rpartition("/")[2]
        elif isinstance(inner, dict | list):
            yield from referred(inner)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_says_what_it_does_for_whom_and_how_it_refuses(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["summary"]
    assert "**Who**" in operation["description"]
    assert not operation["description"].startswith("**Who**")
    assert len(operation["tags"]) == 1
    assert {"401", "403", "422", "429", "503"} <= set(operation["responses"])
    assert ("404" in operation["responses"]) >= ("{" in name)
    assert ("requestBody" in operation) == ({"400", "413"} <= set(operation["responses"]))
    assert all(r.get("$ref") or r["description"] for r in operation["responses"].values())


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_parameter_says_what_it_means_and_how_it_looks(name: str) -> None:
    for parameter in OPERATIONS[name].get("parameters", []):
        assert parameter["description"], parameter["name"]
        schema = json.dumps(parameter)
        assert any(f'"{word}"' in schema for word in ("example", "examples", "enum", "default", "$ref")), parameter


def test_names_of_operations_are_said_once_and_begin_with_a_verb() -> None:
    names = [o["operationId"] for o in OPERATIONS.values()]
    assert len(names) == len(set(names))
    assert all("_" in name and "api_v1" not in name for name in names)


def test_subjects_stand_in_order_and_each_has_something() -> None:
    used = {o["tags"][0] for o in OPERATIONS.values()}
    assert [t["name"] for t in DOCUMENT["tags"] if t["description"]][:3] == ["documents", "stories", "alerts"]
    assert used == {t["name"] for t in DOCUMENT["tags"]}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_and_its_fields_say_what_they_mean(name: str) -> None:
    assert SCHEMAS[name]["description"]
    assert "Attributes:" not in SCHEMAS[name]["description"]
    for field, schema in SCHEMAS[name].get("properties", {}).items():
        assert schema["description"], field


@pytest.mark.parametrize("name", [n for n, s in SCHEMAS.items() if "properties" in s])
def test_an_example_is_whole_and_as_its_schema_says(name: str) -> None:
    [example] = SCHEMAS[name]["examples"]
    wanted = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    jsonschema_rs.validator_for(wanted, validate_formats=True).validate(example)
    left_out = {"enrol_at"} if name == "Problem" else set()
    assert set(example) == set(SCHEMAS[name]["properties"]) - left_out


def test_a_body_takes_no_field_that_it_does_not_have() -> None:
    bodies = [name for o in OPERATIONS.values() for name in referred(o.get("requestBody", {}))]
    assert len(bodies) >= 9
    assert all(SCHEMAS[name]["additionalProperties"] is False for name in bodies)


def test_no_schema_is_there_for_nothing() -> None:
    used = set(referred(DOCUMENT))
    assert set(SCHEMAS) <= used
    assert set(DOCUMENT["components"]["responses"]) <= used


def test_names_that_are_told_together_are_told_of_each() -> None:
    class Told:
        """A thing.

        Attributes:
            first, last: days,
                both included.
            why: a word.
        """

    assert attributes(Told) == {"first": "days, both included.", "last": "days, both included.", "why": "a word."}


def test_no_field_is_told_twice() -> None:
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in SERVICE.rglob("*.py")]
    for kind in (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)):
        _, _, section = (ast.get_docstring(kind) or "").partition("Attributes:\n")
        names = [name for entry in ENTRY.finditer(section) for name in entry[1].split(", ")]
        assert len(names) == len(set(names)), kind.name


def test_the_command_writes_what_the_service_serves(browser: MakeBrowser) -> None:
    written = CliRunner().invoke(command, []).output
    assert json.loads(written) == browser().get("/api/v1/openapi.json").json()
    assert "Đà Nẵng" in written


def test_a_body_that_cannot_be_read_is_refused_as_the_document_says(
    browser: MakeBrowser, quick_accounts: Accounts
) -> None:
    one, token = browser().client, bearer(quick_accounts, Scope.WRITE) | {"Content-Type": "application/json"}
    for body, status in ((b'{"stream": "\xff"}', 400), (b"{", 422), (b'{"minutes": NaN}', 422), (b"x" * 2**21, 413)):
        answer = one.post("/api/v1/silences", content=body, headers=token)
        assert answer.status_code == status
        assert str(status) in OPERATIONS["POST /api/v1/silences"]["responses"]
        jsonschema_rs.validate(
            {"$ref": "#/components/schemas/Problem", "components": DOCUMENT["components"]}, answer.json()
        )
