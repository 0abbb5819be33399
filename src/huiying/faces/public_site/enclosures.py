"""Files with a form: those that come with it are kept at once, so that no error loses them."""

import re
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from huiying.faces.look.files import kind_words
from huiying.faces.look.several_files import FilesField, WaitingFile
from huiying.faces.public_site.origin import address_of
from huiying.intake import uploads
from huiying.intake.uploads import FIELD, Upload
from huiying.kernel.limits import count_try
from huiying.kernel.refusals import Refusal

FILES_PER_ADDRESS = 60  # in a quarter of an hour
LONGEST_NAME = 60
# What the page holds of a file that waits; its name stands there alone, and is stored nowhere.
TOKEN = re.compile(r"([0-9a-z]{32})\.([0-9a-f]{64})\.(.{0,60})")


@dataclass(frozen=True, slots=True)
class _Named:
    """A file that waits, with the name that its sender knows it by."""

    upload: Upload
    name: str


def enclose(request: HttpRequest, form: forms.Form) -> list[Upload]:
    """Keep the files of this form and return those that go with its words, the earlier ones first.

    What is wrong with one is said at the form's field, which also shows what waits from now on. Call it
    when the form has been validated.
    """
    field = form.fields.get(FIELD)
    if not isinstance(field, FilesField):
        return []
    found = _waiting(request, form)
    for part in request.FILES.getlist(form.add_prefix(FIELD)):
        name = _name_of(part)
        if len(found) >= settings.FILES_AT_ONCE:
            form.add_error(FIELD, _too_many())
            break
        try:
            upload = _kept(request, part)
        except Refusal as refusal:
            form.add_error(FIELD, _("“%(name)s”: %(why)s") % {"name": name, "why": str(refusal)})
            continue
        if upload.digest not in {each.upload.digest for each in found}:
            found.append(_Named(upload, name))
    field.waiting = _shown(found)
    return [each.upload for each in found]


def _waiting(request: HttpRequest, form: forms.Form) -> list[_Named]:
    """Those that were kept before and whose box is still set."""
    values = request.POST.getlist(form.add_prefix("waiting"))[: settings.FILES_AT_ONCE]
    matches = [TOKEN.fullmatch(value) for value in dict.fromkeys(values)]
    return [_Named(Upload(match[1], match[2]), match[3]) for match in matches if match]


def _name_of(part: "UploadedFile[bytes]") -> str:
    letters = [letter for letter in part.name or "" if letter.isprintable()]
    return "".join(letters)[:LONGEST_NAME]


def _kept(request: HttpRequest, part: "UploadedFile[bytes]") -> Upload:
    count_try("files", address_of(request), most=FILES_PER_ADDRESS)
    if (part.size or 0) > settings.FILE_BYTES:  # as it was sent; not all of it was kept
        raise uploads.too_large()
    file = part.file
    assert file is not None  # noqa: S101 - for the type checker
    return uploads.keep(file)


def _too_many() -> str:
    most = settings.FILES_AT_ONCE
    return _("At most %(most)d files can be sent at once. You can add others later.") % {
        "most": most
    }


def _shown(found: list[_Named]) -> list[WaitingFile]:
    by_file = {each.upload.file: each for each in found}
    shown = []
    for waiting in uploads.waiting(by_file):
        named = by_file[waiting.file]
        known = kind_words(waiting.kind, waiting.size, waiting.pages)
        words = f"{named.name} · {known}" if named.name else known
        shown.append(WaitingFile(f"{waiting.file}.{named.upload.digest}.{named.name}", words))
    return shown
