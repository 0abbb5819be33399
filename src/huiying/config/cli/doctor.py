"""`huiying doctor`: what is wrong with this installation, and how to mend it."""

import argparse
import dataclasses
import importlib
import json
import sys
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from huiying.config import databases, environment, keys, places
from huiying.config.cli import installation
from huiying.config.embedded import EmbeddedDatabaseError

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers

OLDEST_PYTHON = (3, 12)
MARKS = {"good": "ok     ", "warning": "warning", "broken": "BROKEN "}


def add(subparsers: "Subparsers") -> None:
    """`--json`, `--new-key`."""
    parser = subparsers.add_parser("doctor", help="Check the installation and say how to mend it.")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument(
        "--new-key", action="store_true", help="print a fresh line for the key ring, nothing else"
    )


def run(args: argparse.Namespace) -> int:
    """1 where something is broken; a warning alone is 0."""
    if args.new_key:
        print(_new_key())
        return 0
    findings = _findings()
    if args.json:
        print(json.dumps(findings, ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            print(f"{MARKS[finding['state']]}  {finding['check']}: {finding['says']}")
            if finding["mend"]:
                print(f"         → {finding['mend']}")
    return int(any(finding["state"] == "broken" for finding in findings))


def _new_key() -> str:
    """The next number of this installation's ring, or 1 where it has none, and 32 random bytes."""
    ring = places.data_folder() / keys.FILE_NAME
    try:
        number = max(keys.parse(environment.text("HUIYING_KEYS") or ring.read_text())) + 1
    except (ImproperlyConfigured, OSError):
        number = 1
    return f"{number}:{keys.new_key()}"


def _findings() -> list[dict[str, Any]]:
    findings = [_python()]
    try:
        with installation.database():
            installation.set_up_django(pool=False)
            kind = "embedded" if databases.uses_embedded() else "named by DATABASE_URL"
            findings.append(_finding("installation", "good", f"The database is {kind}."))
            diagnosis = importlib.import_module("huiying.config.diagnosis")  # needs the models
            findings += [dataclasses.asdict(finding) for finding in diagnosis.examine()]
            connections.close_all()
    except (EmbeddedDatabaseError, ImproperlyConfigured, OSError) as error:
        findings.append(
            _finding("installation", "broken", str(error), "Mend this first; the rest needs it.")
        )
    return findings


def _python() -> dict[str, Any]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= OLDEST_PYTHON:
        return _finding("python", "good", f"Python {version}.")
    oldest = ".".join(map(str, OLDEST_PYTHON))
    return _finding(
        "python", "broken", f"Python {version} is too old.", f"Take {oldest} or newer, make setup."
    )


def _finding(check: str, state: str, says: str, mend: str = "") -> dict[str, Any]:
    return {"check": check, "state": state, "says": says, "mend": mend}
