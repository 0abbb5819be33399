"""The reasons of an import in the reader's language. Reports keep them in English, as machines read them."""

import re

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

# What the door says word for word; what stands before a colon is a column's name.
SENTENCES = (
    _("empty"),
    _("the date of receipt is missing"),
    _("closed before it was received"),
    _("answered before it was received"),
    _("closed before it was answered"),
    _("the date lies in the future"),
    _("the date lies before 1970"),
    _("not a date and time"),
    _("a null byte"),
    _("bytes that do not belong to the file's encoding"),
    _("a value that the map does not list"),
    _("open by its state, but answered or closed by its time or text"),
    _("closed, but the time of closing is missing"),
    _("answered, but the answer is missing"),
    _("there is an answer, but not when it was given"),
    _("unknown unit"),
    _("unknown category"),
    _("a group of categories, not one of them"),
    _("a quotation mark is opened and not closed as it should be"),
    _("the file is damaged or cut off here; what came before was read"),
    _(
        "the case was worked on here or did not come by an import, waits for its writer, or is a complaint "
        "about conduct; it stays as it is"
    ),
    _("The packed file unpacks to over 200 times its size; it is not read on. Unpack it first."),
    _(
        "An import from a page publishes no answers: one person alone would speak for the agency. Take "
        "`publish` out of the map, or have whoever runs the installation import the file by the command line."
    ),
    _(
        "The worker crashed three times while it read this file, so it is not tried again by itself. Look "
        "at the log of the worker; a smaller file may do."
    ),
    _(
        "a number of more than 15 digits, which a workbook does not hold exactly; its column should "
        "have the format Text"
    ),
    _("an error value of the workbook"),
    _("a number that is not a date"),
    _("a formula whose result is not saved in the workbook"),
    _("merged with the cell above; give each row its own"),
    _("The file is empty."),
    _("The sheet is empty."),
    _("The file is damaged at its very beginning."),
    _("The sheet is damaged at its very beginning."),
    _("The workbook has no sheet with cells."),
    _("The workbook is damaged, or not one. Save it again."),
    _("The workbook unpacks to more than 1 GB. Save its sheet as CSV: that may be of any size."),
    _("The workbook unpacks to over 200 times its size; it is not read."),
    _("This is a PDF, not a table. Ask for the file as .xlsx or CSV."),
    _(
        "This is an old Excel file (.xls), or one with a password. Save it as .xlsx or CSV, without a "
        "password."
    ),
    _(
        "By its content this is an Excel workbook or another packed file, but its name does not end in "
        ".xlsx. Rename it if it is a workbook; otherwise unpack it first."
    ),
    _(
        "The name ends in .xlsx, but the content is no Excel workbook. If it is a CSV file, let its "
        "name end in .csv."
    ),
    _(
        "Nothing that says who wrote can be taken in: Huiying keeps no file on anyone, and there is no "
        "target for a writer's name, account, phone or address."
    ),
)
# And with one part of its own.
WITH_A_PART = tuple(
    (re.compile(re.escape(english).replace("%s", "(.+)")), english)
    for english in (
        _("longer than %s characters"),
        _("%s fields instead of %s"),
        _("the record is longer than %s characters, or its quotation marks are broken"),
        _("Columns that are there twice: %s."),
        _("Columns that the map names and the file lacks: %s."),
        _("The map needs a `source`: a short name for where the file comes from."),
        _("There is no time zone %s."),
    )
)


def in_words(said: str) -> str:
    """A reason or refusal in the language of the page; as it is where nobody has translated it."""
    if said in SENTENCES:
        return gettext(said)
    for pattern, english in WITH_A_PART:
        if found := pattern.fullmatch(said):
            return gettext(english) % found.groups()
    column, between, reason = said.partition(": ")
    return f"{column}: {in_words(reason)}" if between else said
