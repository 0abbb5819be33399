"""Imported rows a second into all tables, beside COPY of the same columns into a bare table."""

import csv
import gzip
import io
import tempfile
import time
from pathlib import Path

import psycopg

from bench.rows import Report
from bench.stand import huiying

PACKAGE = Path(__file__).resolve().parents[1] / "src" / "huiying"
SAMPLE = PACKAGE / "sample" / "boston.csv.gz"
MAP = PACKAGE / "doors" / "maps" / "boston311.toml"
TIMES = 10  # the shipped sample, this many times over with new numbers
COPIES = 3


def longer(times: int) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the shipped Boston sample, repeated with fresh case numbers."""
    with gzip.open(SAMPLE, "rt", encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    place = header.index("case_enquiry_id")
    many = []
    for turn in range(times):
        for row in rows:
            again = list(row)
            again[place] = f"{turn}{row[place]}"
            many.append(again)
    return header, many


def copy_rate(url: str, header: list[str], rows: list[list[str]]) -> float:
    """Rows a second of COPY into a table of text columns and nothing else."""
    columns = ", ".join(f"{name} text" for name in header)
    best = 0.0
    with psycopg.connect(url, autocommit=True) as connection:
        for _turn in range(COPIES):
            connection.execute("DROP TABLE IF EXISTS bench_copy")
            connection.execute(f"CREATE TABLE bench_copy ({columns})")
            started = time.perf_counter()
            with connection.cursor().copy("COPY bench_copy FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            best = max(best, len(rows) / (time.perf_counter() - started))
    return best


def run(report: Report, url: str) -> None:
    """One import by the command line, as an operator runs it, between two rounds of COPY."""
    header, rows = longer(TIMES)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "requests.csv"
        text = io.StringIO(newline="")
        csv.writer(text).writerows([header, *rows])
        path.write_text(text.getvalue(), encoding="utf-8")
        before = copy_rate(url, header, rows)
        started = time.perf_counter()
        huiying(
            "import", str(path), "--map", str(MAP), "--report", str(Path(folder) / "report.json")
        )
        rate = len(rows) / (time.perf_counter() - started)
        limit = (before + copy_rate(url, header, rows)) / 2
    report.at_least(
        f"import of {len(rows):,} rows, whole command", rate, "rows/s", limit=limit, share=1 / 50
    )
