"""The life of a file that is imported from a page."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huiying.kernel.lifecycles import step


class FileState(models.TextChoices):
    UPLOADED = "uploaded", _("Being set up")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    IMPORTING = "importing", _("Being imported")
    DONE = "done", pgettext_lazy("import", "Imported")
    FAILED = "failed", _("Stopped")
    CANCELLED = "cancelled", pgettext_lazy("import", "Cancelled")


UPLOADED, CHECKING, CHECKED = FileState.UPLOADED, FileState.CHECKING, FileState.CHECKED
IMPORTING, DONE, FAILED = FileState.IMPORTING, FileState.DONE, FileState.FAILED
BEFORE = {UPLOADED, CHECKED, FAILED}
ENDS = {DONE, FileState.CANCELLED}
AT_WORK = {CHECKING, IMPORTING}
STEPS = {
    each.verb: each
    for each in (
        step("use_map", BEFORE, UPLOADED, "administrator"),
        step("check", BEFORE, CHECKING, "administrator"),
        step("finish_check", {CHECKING}, CHECKED, "system"),
        step("start", {CHECKED}, IMPORTING, "administrator"),
        step("finish", {IMPORTING}, DONE, "system"),
        step("stop", AT_WORK, FAILED, "system"),
        step("cancel", BEFORE | {CHECKING}, FileState.CANCELLED, "administrator system"),
    )
}
