"""From a checkout that nobody else may enter: as root, and as an ordinary user."""

import importlib.metadata
import json
import os
import pwd
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import huiying
from huiying.config.embedded import folders
from huiying.config.embedded.account import UNUSED_NUMBERS, Account, lent, reaches
from tests import provisioning
from tests.engine.commands import surroundings

pytestmark = pytest.mark.slow
LEFT_OUT = shutil.ignore_patterns(
    "__pycache__", "test", "idlelib", "tkinter", "ensurepip", "site-packages", "config-3*", "*.a"
)


@dataclass
class Checkout:
    """A copied checkout in a 0700 folder: `home` of the user that runs it."""

    home: Path
    account: Account | None = None

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        python, more = self._interpreter()
        paths = f"{self.home / 'packages'}:{self.home / 'src'}"
        return subprocess.run(
            [str(python), "-m", "huiying.config.cli", *arguments],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.home,
            env=surroundings(self.home / "data", HOME=str(self.home), PYTHONPATH=paths, **more),
            **lent(self.account),
        )

    def _interpreter(self) -> tuple[Path, dict[str, str]]:
        """The interpreter below this virtual environment, or its copy where it is out of reach."""
        base = Path(sys.base_prefix)
        name = f"python{sys.version_info.major}.{sys.version_info.minor}"
        if self.account is None or reaches(self.account, base / "bin"):
            return base / "bin" / name, {}
        copy = self.home / "python"
        if not copy.exists():
            (copy / "bin").mkdir(parents=True)
            shutil.copy2((base / "bin" / name).resolve(), copy / "bin" / name)
            shutil.copytree(base / "lib" / name, copy / "lib" / name, ignore=LEFT_OUT)
            for library in (base / "lib").glob("libpython*"):
                shutil.copy2(library, copy / "lib")
            give(copy, self.account)
        return copy / "bin" / name, {
            "PYTHONHOME": str(copy),
            "LD_LIBRARY_PATH": str(copy / "lib"),
        }


def needed(name: str, extras: tuple[str, ...] = ()) -> Iterator[str]:
    """The distributions that `name` needs to run, itself among them."""
    yield name
    for line in importlib.metadata.requires(name) or []:
        requirement = Requirement(line)
        wanted = [{"extra": extra} for extra in ("", *extras)]
        if not requirement.marker or any(requirement.marker.evaluate(each) for each in wanted):
            yield from needed(requirement.name, tuple(requirement.extras))


def copy_checkout(home: Path) -> Checkout:
    home.mkdir(mode=0o700)
    source = Path(huiying.__file__).parent
    shutil.copytree(source, home / "src" / "huiying", ignore=LEFT_OUT)
    for name in set(needed("huiying")) - {"huiying"}:
        for file in importlib.metadata.files(name) or []:
            if ".." in file.parts or file.suffix in {".pyc", ".po", ".h", ".a"}:
                continue
            target = home / "packages" / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(str(file.locate()), target)
    return Checkout(home)


def give(top: Path, account: Account) -> None:
    for path in [top, *top.rglob("*")]:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


@pytest.fixture
def checkout(system_folder: Path) -> Iterator[Checkout]:
    home = provisioning.current().folder / f"checkout-{secrets.token_hex(3)}"
    made = copy_checkout(home)
    yield made
    shutil.rmtree(folders.of(home / "data").home, ignore_errors=True)
    shutil.rmtree(home)


def test_as_whoever_runs_the_tests(checkout):
    make_and_check_an_installation(checkout)
    owner = folders.of(checkout.home / "data").cluster.stat().st_uid
    assert owner in UNUSED_NUMBERS if os.geteuid() == 0 else owner == os.geteuid()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_as_an_ordinary_user(checkout):
    nobody = pwd.getpwnam("nobody")
    checkout.account = Account(nobody.pw_uid, nobody.pw_gid)
    give(checkout.home, checkout.account)
    make_and_check_an_installation(checkout)
    place = folders.of(checkout.home / "data")
    assert place.cluster.stat().st_uid == nobody.pw_uid
    assert place.home.parent == checkout.home / "data"


def make_and_check_an_installation(checkout: Checkout) -> None:
    assert checkout.home.stat().st_mode & 0o777 == 0o700
    migrated = checkout.run("migrate")
    assert migrated.returncode == 0, migrated.stderr
    findings = json.loads(checkout.run("doctor", "--json").stdout)
    assert {finding["check"] for finding in findings} >= {"record", "migrations"}
    assert [each for each in findings if each["state"] == "broken"] == []
