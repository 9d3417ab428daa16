"""Bad configuration: every problem at once, each with file, line, key and what was expected."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file; `line` counts from 1, 0 where the whole file is meant."""

    file: str
    line: int
    key: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.key}: {self.expected}" if self.key else f"{where}: {self.expected}"


class ConfigError(Exception):
    """The configuration cannot be used; `problems` lists everything that was found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems

    @classmethod
    def of_file(cls, path: Path, expected: str) -> ConfigError:
        return cls([Problem(str(path), 0, "", expected)])

    @classmethod
    def of_variable(cls, name: str, expected: str) -> ConfigError:
        return cls([Problem("environment", 0, name, expected)])
