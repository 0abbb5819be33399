"""`make bench`: every budget measured in one run, printed and kept in bench/latest.json.

`python -m bench intake uploads` runs only the parts that are named; with `--million`, search also at a
million letters (half an hour more).
"""

import sys
from pathlib import Path

from psycopg.conninfo import make_conninfo

from bench import stand
from bench.rows import Report

PARTS = ("intake", "uploads", "pages", "imports", "search", "escalation", "clocks")
HERE = Path(__file__).resolve().parent


def main(wanted: list[str]) -> int:
    """Run the parts; 1 where a budget was missed."""
    report, million = Report(), "--million" in wanted
    with stand.data_folder():
        from huiying.config import databases  # noqa: PLC0415 - reads HUIYING_DATA
        from huiying.config.cli import installation  # noqa: PLC0415

        stand.huiying("migrate")
        with installation.ready(role="owner"):
            from bench import (  # noqa: PLC0415 - need Django
                clocks,
                escalation,
                imports,
                intake,
                pages,
                search,
                uploads,
            )

            parts_of = databases.connection("owner")
            url = make_conninfo(
                dbname=parts_of["NAME"],
                user=parts_of["USER"],
                password=parts_of["PASSWORD"],
                host=parts_of["HOST"],
                port=parts_of["PORT"],
            )
            parts = {
                "intake": lambda: intake.run(report, url),
                "uploads": lambda: uploads.run(report),
                "imports": lambda: imports.run(report, url),
                "pages": lambda: pages.run(report),
                "search": lambda: search.run(report, million=million),
                # Last, in this order: they set every clock going.
                "escalation": lambda: escalation.run(report),
                "clocks": lambda: clocks.run(report),
            }
            for name in [each for each in wanted if each != "--million"] or parts:
                parts[name]()
    report.write(HERE / "latest.json")
    return int(any(row.ok is False for row in report.rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(PARTS)))
