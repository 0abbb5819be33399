"""What an import would do to a whole file, row by row, without keeping anything."""

from pathlib import Path

from huiying.doors.errors import MapRefused
from huiying.doors.fitting import Fitting, PastLetter
from huiying.doors.importing import MOST_NEW_NAMES, Report, Tell, batches, dropped, opened
from huiying.doors.mapping import Mapping
from huiying.doors.naming import Names
from huiying.intake.models import Submission
from huiying.kernel import time


def rehearse(path: Path, mapping: Mapping, *, tell: Tell) -> Report:
    """Count what `importing.run` would import, find known (`skipped`) and reject.

    What a known row would move forward is only told by the import itself. Raises FileRefused or
    MapRefused.
    """
    report = Report()
    with opened(path, mapping) as (table, _read_as):
        mapping = mapping.as_read_from(table.header)
        report.dropped_columns = dropped(table, mapping)
        names = Names(mapping)
        new: set[str] = set()
        for letters in batches(table, Fitting(mapping, table.header, time.now()), report):
            fitting = [each for each in letters if _fits(names, each, report)]
            rows = (*names.new_units(fitting), *names.new_categories(fitting))
            new |= {row["code"] for row in rows}
            if len(new) > MOST_NEW_NAMES:
                raise MapRefused(f"The file would make more than {MOST_NEW_NAMES} new names.")
            _count_known(mapping.source, fitting, report)
            tell(report)
    report.rejected.sort(key=lambda each: each.line)
    return report


def _fits(names: Names, letter: PastLetter, report: Report) -> bool:
    reason = names.unknown(letter)
    if reason:
        report.reject(letter.line, reason)
    return not reason


def _count_known(source: str, letters: list[PastLetter], report: Report) -> None:
    ids = [letter.source_id for letter in letters]
    known = Submission.objects.filter(source=source, source_id__in=ids).count()
    report.skipped += known
    report.imported += len(letters) - known
