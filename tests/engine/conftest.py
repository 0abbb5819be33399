import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from huiying.config import embedded
from huiying.config.embedded import folders, server
from tests import provisioning


@pytest.fixture(scope="session")
def system_folder() -> Iterator[Path]:
    """Root's system folder for this process: programs are copied into it once."""
    folder = provisioning.current().folder / f"system-{provisioning.worker()}"
    os.environ["HUIYING_SYSTEM_FOLDER"] = str(folder)
    yield folder
    del os.environ["HUIYING_SYSTEM_FOLDER"]


@pytest.fixture(autouse=True)
def fast(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers here do not wait for the disk, unless the test is about durability."""
    if not request.node.get_closest_marker("durable"):
        monkeypatch.setenv("HUIYING_TEST_FAST_DATABASE", "1")


@contextlib.contextmanager
def data_folder() -> Iterator[Path]:
    """A data folder with a short path that the server's account can reach; emptied afterwards."""
    folder = provisioning.current().folder / f"engine-{secrets.token_hex(3)}"
    folder.mkdir()
    folder.chmod(0o711)
    yield folder
    if (folders.of(folder).cluster / "postmaster.pid").exists():
        with embedded.shared(folder):
            pass  # joined and left: the last one to leave stops it
    shutil.rmtree(folders.of(folder).home, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def data(system_folder: Path) -> Iterator[Path]:
    """A new data folder."""
    with data_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def kept_data(system_folder: Path) -> Iterator[Path]:
    """A data folder that the tests of one module pass on."""
    with data_folder() as folder:
        yield folder


def is_up(folder: Path) -> bool:
    return folders.of(folder).cluster.exists() and server.is_alive(server.at(folder))
