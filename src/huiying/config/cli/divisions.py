"""`huiying divisions`: the places that a clerk at the phone is offered while typing."""

import argparse
import csv
import gzip
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huiying.config.cli import installation
from huiying.config.cli.installation import say
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import Refusal

if TYPE_CHECKING:  # the package imports its commands when they are called
    from huiying.config.cli import Subparsers

LANGUAGES = {"name": "zh-hans", "name_en": "en"}


def add(subparsers: "Subparsers") -> None:
    """`FILE [--under CODE]`."""
    parser = subparsers.add_parser("divisions", help="Load the places that clerks choose from.")
    parser.add_argument(
        "file", type=Path, help="CSV (or .csv.gz) with the columns code, name and perhaps name_en"
    )
    parser.add_argument(
        "--under", default="", help="only the division with this code and those in it"
    )


def rows(file: Path, under: str) -> list[Any]:
    """The divisions in `file` whose codes begin with `under`.

    Raises OSError, UnicodeDecodeError, csv.Error, and KeyError where a column is missing.
    """
    packed = file.read_bytes()
    text = gzip.decompress(packed) if file.suffix == ".gz" else packed
    listed = csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""))
    return [
        {
            "code": row["code"].strip(),
            "name": {
                language: row[column].strip()
                for column, language in LANGUAGES.items()
                if column == "name" or row.get(column)
            },
        }
        for row in listed
        if row["code"].startswith(under)
    ]


def run(args: argparse.Namespace) -> int:
    """Load the file in place of what was loaded before; 1 where it cannot be read or does not fit."""
    try:
        found = rows(args.file, args.under)
    except (OSError, UnicodeDecodeError, csv.Error, EOFError) as error:
        say(f"{args.file} cannot be read: {error}")
        return 1
    except KeyError as missing:
        say(f"{args.file} has no column {missing}.")
        return 1
    with installation.ready():
        try:
            done = installation.loaded("huiying.agencies.divisions").load_divisions(
                actor=SYSTEM, rows=found
            )
        except Refusal as refusal:
            say(f"{refusal} {refusal.field}".strip())
            return 1
    say(f"{done} places are offered at the phone desk from now on.")
    return 0
