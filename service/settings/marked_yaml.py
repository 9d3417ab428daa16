"""YAML whose values remember their line, so that a mistake can be shown where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import yaml

from service.settings.problems import ConfigError, Problem

T = TypeVar("T")
MAX_FILE_BYTES = 4 * 1024 * 1024
UNITS = {"m": "minutes", "h": "hours"}


@dataclass
class Reader:
    """Walks one YAML file and collects what is wrong with it instead of stopping at the first mistake."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, node: yaml.Node, key: str, expected: str) -> None:
        self.problems.append(Problem(self.file, node.start_mark.line + 1, key, expected))

    def mapping(self, node: yaml.Node, key: str) -> dict[str, yaml.Node]:
        """Keys and nodes of a mapping; a key given twice or something else than a mapping is a problem."""
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, key, "expected a mapping of keys to values")
            return {}
        out: dict[str, yaml.Node] = {}
        for k, v in node.value:
            name = str(k.value)
            if name in out:
                self.wrong(k, f"{key}.{name}", "key given twice")
            out[name] = v
        return out

    def items(self, node: yaml.Node, key: str) -> Iterator[tuple[str, yaml.Node]]:
        if not isinstance(node, yaml.SequenceNode):
            self.wrong(node, key, "expected a list")
            return
        for i, item in enumerate(node.value):
            yield f"{key}[{i}]", item

    def known_keys(self, fields: dict[str, yaml.Node], allowed: set[str], key: str) -> None:
        for name, node in fields.items():
            if name not in allowed:
                self.wrong(node, f"{key}.{name}", f"unknown key; expected one of: {', '.join(sorted(allowed))}")

    def value(
        self,
        fields: dict[str, yaml.Node],
        name: str,
        *,
        key: str,
        parse: Callable[[Any], T],
        default: T,
        where: yaml.Node,
    ) -> T:
        """The value of a field through `parse`, whose ValueError says what was expected; `default` if it is missing.

        `...` as default makes the field required.
        """
        node = fields.get(name)
        if node is None:
            if default is ...:
                self.wrong(where, f"{key}.{name}", "missing; this key is required")
            return default
        try:
            return parse(yaml.SafeLoader("").construct_object(node, deep=True))
        except (ValueError, yaml.YAMLError) as error:
            self.wrong(node, f"{key}.{name}", str(error))
            return default

    def finish(self) -> None:
        """Raise ConfigError if anything was wrong."""
        if self.problems:
            raise ConfigError(sorted(self.problems, key=lambda p: p.line))


def read_yaml(path: Path) -> tuple[Reader, yaml.Node]:
    """The root node of a YAML file; ConfigError where there is no such file or it is not YAML."""
    try:
        text = path.read_bytes()[:MAX_FILE_BYTES].decode("utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except FileNotFoundError:
        raise ConfigError.of_file(path, "no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError.of_file(path, f"cannot be read: {error}") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ConfigError([Problem(str(path), line, "", f"not YAML: {error.problem}")]) from None
    except RecursionError:
        raise ConfigError.of_file(path, "nested too deeply") from None
    if root is None:
        raise ConfigError.of_file(path, "the file is empty")
    return Reader(str(path)), root


def text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"expected text, found {value!r}")
    return value


def truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, found {value!r}")
    return value


def whole_number(low: int, high: int) -> Callable[[Any], int]:
    def parse(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"expected a whole number from {low} to {high}, found {value!r}")
        return value

    return parse


def duration(low: timedelta, high: timedelta) -> Callable[[Any], timedelta]:
    """Such as `5m` or `2h`."""

    def parse(value: Any) -> timedelta:
        raw = str(value)
        number, unit = raw[:-1], raw[-1:]
        if unit not in UNITS or not number.isascii() or not number.isdigit():
            raise ValueError(f"expected a duration such as 5m or 2h, found {raw!r}")
        span = timedelta(**{UNITS[unit]: int(number)})
        if not low <= span <= high:
            raise ValueError(f"expected a duration from {_show(low)} to {_show(high)}, found {raw!r}")
        return span

    return parse


def _show(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def one_of(values: type[T]) -> Callable[[Any], T]:
    """A member of a string enum."""

    def parse(value: Any) -> T:
        try:
            return values(value)  # type: ignore[call-arg]
        except ValueError:
            known = ", ".join(str(v) for v in values)  # type: ignore[attr-defined]
            raise ValueError(f"expected one of {known}; found {value!r}") from None

    return parse


def list_of_text(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise ValueError(f"expected a list of texts, found {value!r}")
    return tuple(value)
