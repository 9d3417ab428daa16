"""The OpenAPI document: what FastAPI makes of the routes, with what programs of other agencies have to know besides.

Each thing is said once. What an operation does is told by the docstring of its function, what a field means by
`Attributes` in the docstring of its class; who may call follows from what the route depends on, and so do the errors.
Subjects, errors and names that mean the same everywhere are in openapi.yaml, examples in openapi_examples.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import is_dataclass
from functools import cache
from inspect import cleandoc, getdoc, isclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import yaml
from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel

from service.web.problems import TITLES

SAID, EXAMPLES = Path(__file__).with_name("openapi.yaml"), Path(__file__).with_name("openapi_examples.yaml")
ENTRY = re.compile(r"^ {4}(\w+(?:, \w+)*): (.*(?:\n {5,}.*)*)", re.MULTILINE)
REF = "#/components/schemas/"
Json = dict[str, Any]


@cache
def _said() -> Json:
    found: Json = yaml.safe_load(SAID.read_text(encoding="utf-8"))
    return found | {"examples": yaml.safe_load(EXAMPLES.read_text(encoding="utf-8"))}


def document(routers: Sequence[APIRouter], *, title: str, version: str, description: str) -> Json:
    """The OpenAPI document of what these routers hold."""
    routes = [r for router in routers for r in router.routes if isinstance(r, APIRoute) and r.include_in_schema]
    tags = [{"name": t["name"], "description": t["description"]} for t in _said()["tags"]]
    made = get_openapi(
        title=title, version=version, description=description, routes=routes, tags=tags,
        license_info={"name": "Apache 2.0", "identifier": "Apache-2.0"},
    )  # fmt: skip
    for route in routes:
        for method in route.methods or ():
            _describe_operation(made["paths"][route.path_format][method.lower()], route)
    own = deepcopy(_said()["schemas"])
    schemas = made["components"]["schemas"] = dict(sorted((made["components"]["schemas"] | own).items()))
    made["components"]["responses"] = {e["name"]: _error(status, e) for status, e in _said()["errors"].items()}
    for unused in ("HTTPValidationError", "ValidationError"):
        del schemas[unused]  # FastAPI's own errors, which are no problems
    kinds: set[type] = set()
    for route in routes:
        for hint in get_type_hints(route.endpoint).values():
            _add_classes(hint, kinds)
    for kind in kinds:
        if (schema := schemas.get(_name(kind))) is not None:
            _describe_schema(schema, kind)
    for name, schema in schemas.items():
        if "properties" in schema:
            schema["examples"] = [_example(name, schemas)]
    return made


def _describe_operation(operation: Json, route: APIRoute) -> None:
    """Name, subject, who may call, paging, errors, and what parameters of the path mean."""
    subject = route.path_format.split("/")[3].partition(".")[0]
    operation["operationId"] = route.name
    operation["tags"] = [t["name"] for t in _said()["tags"] if subject in t["paths"]]
    parameters = operation.get("parameters", [])
    asked = list(_asked(route.dependant))
    if "reader" in asked:
        operation["security"] = [{"HTTPBearer": []}, {"APIKeyCookie": []}]  # one of them is enough
    # the last one is the narrowest: who may export, of those who may read
    who = [_said()["who"][name] for name in asked if name in _said()["who"]]
    paging = [_said()["paging"]] if any(p["name"] == "cursor" for p in parameters) else []
    operation["description"] = "\n\n".join([operation.get("description", ""), *who[-1:], *paging]).strip()
    for parameter in parameters:
        if parameter["in"] == "path":
            known = _said()["parameters"][parameter["name"]]
            parameter["description"], parameter["example"] = known["description"], known["example"]
    statuses = {401, 403, 422, 429, 503} | ({404} if "{" in route.path_format else set())
    statuses |= {400, 413} if "requestBody" in operation else set()
    errors = _said()["errors"]
    statuses |= {int(s) for s in operation["responses"] if int(s) in errors}
    answers = {s: a for s, a in operation["responses"].items() if int(s) not in errors}
    refused = {str(s): {"$ref": f"#/components/responses/{errors[s]['name']}"} for s in sorted(statuses)}
    operation["responses"] = answers | refused


def _error(status: int, error: Json) -> Json:
    example = {"type": "about:blank", "title": TITLES[status], "status": status, "detail": error["detail"]}
    content = {"schema": {"$ref": f"{REF}Problem"}, "example": example}
    answer: Json = {
        "description": f"{TITLES[status]}: {error['when']}", "content": {"application/problem+json": content},
    }  # fmt: skip
    if error.get("retry"):
        answer["headers"] = {"Retry-After": {"description": "seconds to wait.", "schema": {"type": "integer"}}}
    return answer


def _asked(dependant: Dependant) -> Iterator[str]:
    """Names of what a route depends on, in the order in which it is asked."""
    for one in dependant.dependencies:
        name = getattr(one.call, "__name__", "")
        yield from _asked(one)
        yield name


def _add_classes(hint: Any, known: set[type]) -> None:
    """The classes with fields that a type is made of."""
    for part in get_args(hint):
        _add_classes(part, known)
    if not isclass(hint) or hint in known:
        return
    if issubclass(hint, BaseModel):
        fields: Iterable[Any] = [field.annotation for field in hint.model_fields.values()]
    elif is_dataclass(hint):
        fields = get_type_hints(hint).values()
    else:
        return
    known.add(hint)
    for field in fields:
        _add_classes(field, known)


def _name(kind: type) -> str:
    """Of a class's schema: «Listing_StoryView_»."""
    return re.sub(r"\W", "_", kind.__name__)


def _describe_schema(schema: Json, kind: type) -> None:
    """What the class and its fields mean; a field's own description stands."""
    told = {name: text for base in reversed(kind.__mro__) for name, text in attributes(base).items()}
    schema["description"] = _head(kind)
    for name, field in schema.get("properties", {}).items():
        field.setdefault("description", _plain(told.get(name) or _said()["fields"].get(name, "")))
        field.pop("title", None)


def _head(kind: type) -> str:
    return (getdoc(kind) or "").partition("Attributes:")[0].strip()


def attributes(kind: type) -> dict[str, str]:
    """What the docstring of a class says of its fields, by name."""
    _, _, section = cleandoc(kind.__doc__ or "").partition("Attributes:\n")
    return {n: " ".join(m[2].split()) for m in ENTRY.finditer(section) for n in m[1].split(", ")}


def _plain(text: str) -> str:
    """As JSON calls it."""
    for python, json in (("None", "null"), ("False", "false"), ("True", "true")):
        text = re.sub(rf"\b{python}\b", json, text)
    return text


def _example(name: str, schemas: Json) -> Json:
    """The example of a schema; an object that it does not give is the example of the object's own schema."""
    given, found = _said()["examples"].get(name, {}), {}
    for field, schema in schemas[name]["properties"].items():
        if field in given:
            found[field] = given[field]
        elif (inner := _inner(schema, schemas)) is not None:
            found[field] = inner
    return found


def _inner(schema: Json, schemas: Json) -> Any:
    for option in (schema, *schema.get("anyOf", ())):
        if (name := option.get("$ref", "").removeprefix(REF)) and "properties" in schemas[name]:
            return _example(name, schemas)
        if (name := option.get("items", {}).get("$ref", "").removeprefix(REF)) and "properties" in schemas[name]:
            return [_example(name, schemas)]
    return None
