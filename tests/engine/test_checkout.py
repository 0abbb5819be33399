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
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import huiying
from huiying.config.embedded import folders
from huiying.config.embedded.account import UNUSED_NUMBERS, Account, lent, reaches
from tests import provisioning
from tests.engine.commands import surroundings

pytestmark = pytest.mark.slow
# Heavy, and not read by what is called here; a command that begins to read one of them fails here.
UNREAD = {"numpy", "scipy", "scikit-learn", "boto3", "botocore"}
LEFT_OUT = shutil.ignore_patterns(
    "test", "idlelib", "tkinter", "ensurepip", "site-packages", "config-3*", "*.a"
)


@dataclass
class Checkout:
    """A copied checkout in a 0700 folder: `home` of the user that runs it, and its data folder."""

    home: Path
    data: Path
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
            env=surroundings(self.data, HOME=str(self.home), PYTHONPATH=paths, **more),
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


def _beside(source: Path) -> Path:
    """Where the compiled form of this module is looked for."""
    compiled = Path(cache_from_source(str(source)))
    compiled.parent.mkdir(exist_ok=True)
    return compiled


def copy_checkout(home: Path) -> None:
    home.mkdir(mode=0o700)
    source = Path(huiying.__file__).parent
    shutil.copytree(source, home / "src" / "huiying", ignore=LEFT_OUT)
    for name in set(needed("huiying")) - {"huiying"} - UNREAD:
        for file in importlib.metadata.files(name) or []:
            if ".." in file.parts or file.suffix in {".po", ".h", ".a"}:
                continue
            place = Path(str(file.locate()))
            target = home / "packages" / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(place, target)
            compiled = cache_from_source(str(place)) if file.suffix == ".py" else ""
            if compiled and Path(compiled).exists():
                shutil.copy2(compiled, _beside(target))


def give(top: Path, account: Account) -> None:
    for path in [top, *top.rglob("*")]:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


@pytest.fixture(scope="module")
def copied() -> Iterator[Path]:
    home = provisioning.current().folder / f"checkout-{secrets.token_hex(3)}"
    copy_checkout(home)
    yield home
    shutil.rmtree(home)


@pytest.fixture
def checkout(system_folder: Path, copied: Path) -> Iterator[Checkout]:
    data = copied / f"data-{secrets.token_hex(3)}"
    yield Checkout(copied, data)
    shutil.rmtree(folders.of(data).home, ignore_errors=True)


def test_as_whoever_runs_the_tests(checkout):
    give(checkout.home, Account(os.geteuid(), os.getegid()))
    make_and_check_an_installation(checkout)
    owner = folders.of(checkout.data).cluster.stat().st_uid
    assert owner in UNUSED_NUMBERS if os.geteuid() == 0 else owner == os.geteuid()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_as_an_ordinary_user(checkout):
    nobody = pwd.getpwnam("nobody")
    checkout.account = Account(nobody.pw_uid, nobody.pw_gid)
    give(checkout.home, checkout.account)
    make_and_check_an_installation(checkout)
    place = folders.of(checkout.data)
    assert place.cluster.stat().st_uid == nobody.pw_uid
    assert place.home.parent == checkout.data


def make_and_check_an_installation(checkout: Checkout) -> None:
    assert checkout.home.stat().st_mode & 0o777 == 0o700
    migrated = checkout.run("migrate")
    assert migrated.returncode == 0, migrated.stderr
    findings = json.loads(checkout.run("doctor", "--json").stdout)
    assert {finding["check"] for finding in findings} >= {"record", "migrations"}
    assert [each for each in findings if each["state"] == "broken"] == []
