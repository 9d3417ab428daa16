"""Fixtures: both real databases, a clock that stands still, feeds and entries without any real person or place."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from sqlalchemy import Engine

from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore, make_engine
from service.storage.migrate import migrate
from tests.lines import Line

if TYPE_CHECKING:
    from classifiers.models.model import Model

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
SHARED = Path(__file__).parents[2] / "shared"
_numbers = itertools.count()

settings.register_profile("quick", max_examples=40, deadline=None)
settings.load_profile("quick")


class PostgresServer:
    """Debian's PostgreSQL in a temporary folder, reached through a socket in it; one migrated template database."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.binaries, self.folder = binaries, folder
        self.user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.user:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", str(folder / "data"), "-A", "trust", "-U", "radar", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses= -c fsync=off -c full_page_writes=off"
        self._run("pg_ctl", "-D", str(folder / "data"), "-w", "-l", str(folder / "log"), "-o", options, "start")
        self.create("template_radar")
        engine = make_engine(self.url("template_radar"))
        migrate(engine)
        engine.dispose()

    def _run(self, program: str, *args: str) -> None:
        command = [*self.user, str(self.binaries / program), *args]
        subprocess.run(command, check=True, cwd=self.folder, capture_output=True, timeout=60)

    def url(self, name: str) -> str:
        return f"postgresql://radar@/{name}?host={self.folder}"

    def create(self, name: str, template: str = "template0") -> None:
        self._run("createdb", "-h", str(self.folder), "-U", "radar", "-T", template, name)

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("no PostgreSQL server is installed (apt-get install postgresql)")
    # under /tmp itself: the path of a Unix socket may have 107 bytes at most
    folder = Path(tempfile.mkdtemp(prefix="radar-pg-", dir="/tmp"))
    folder.chmod(0o755)
    server = PostgresServer(found[-1].parent, folder)
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "radar.db"
    engine = make_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A fresh, migrated SQLite database."""
    target = tmp_path / "radar.db"
    shutil.copy(sqlite_template, target)
    return f"sqlite:///{target}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database of each kind."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
        return url
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"test_{os.getpid()}_{next(_numbers)}"
    server.create(name, "template_radar")
    return server.url(name)


@pytest.fixture
def line(postgres: PostgresServer) -> Iterator[Line]:
    """A fresh, migrated PostgreSQL database at the end of a line that can fall silent."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    postgres.create(name, "template_radar")
    made = Line(f"{postgres.folder}/.s.PGSQL.5432", name)
    yield made
    made.close()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> SqlStore:
    return SqlStore(engine)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Data for measurement that is kept beside the repository; outside users do not have it."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with evaluation data is not here")
    return SHARED


@pytest.fixture(scope="session")
def model() -> Model:
    """The shipped model."""
    from classifiers.models.model import load_model

    return load_model()
