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
from huiying.intake.uploads import Upload
from huiying.kernel.limits import count_try
from huiying.kernel.refusals import Refusal

FIELD = "enclosed"
FILES_PER_ADDRESS = 60  # in a quarter of an hour
LONGEST_NAME = 60
TOKEN = re.compile(r"([0-9a-z]{32})\.([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class _Sent:
    """One part of the form, as it came: `size` is what was sent, which may be more than was kept."""

    name: str
    size: int
    part: "UploadedFile[bytes]"


def enclose(request: HttpRequest, form: forms.Form) -> list[Upload]:
    """Keep the files of this form and return those that go with its words, the earlier ones first.

    What is wrong with one is said at the form's field, which also shows what waits from now on. Call it
    when the form has been validated.
    """
    field = form.fields.get(FIELD)
    if not isinstance(field, FilesField):
        return []
    found = _waiting(request, form)
    for sent in _sent(request, form):
        if len(found) >= settings.FILES_AT_ONCE:
            form.add_error(FIELD, _too_many())
            break
        try:
            upload = _kept(request, sent)
        except Refusal as refusal:
            form.add_error(
                FIELD, _("“%(name)s”: %(why)s") % {"name": sent.name, "why": str(refusal)}
            )
            continue
        if upload.digest not in {each.digest for each in found}:
            found.append(upload)
    field.waiting = _shown(found)
    return found


def _waiting(request: HttpRequest, form: forms.Form) -> list[Upload]:
    """Those that were kept before and whose box is still set."""
    values = request.POST.getlist(form.add_prefix("waiting"))[: settings.FILES_AT_ONCE]
    matches = [TOKEN.fullmatch(value) for value in dict.fromkeys(values)]
    return [Upload(*match.groups()) for match in matches if match]


def _sent(request: HttpRequest, form: forms.Form) -> list[_Sent]:
    parts = request.FILES.getlist(form.add_prefix(FIELD))
    return [
        _Sent((part.name or "")[:LONGEST_NAME], part.size or 0, part) for part in parts if part.name
    ]


def _kept(request: HttpRequest, sent: _Sent) -> Upload:
    count_try("files", address_of(request), most=FILES_PER_ADDRESS)
    if sent.size > settings.FILE_BYTES:
        raise uploads.too_large()
    file = sent.part.file
    assert file is not None  # noqa: S101 - for the type checker
    return uploads.keep(file)


def _too_many() -> str:
    most = settings.FILES_AT_ONCE
    return _("At most %(most)d files can be sent at once. You can add others later.") % {
        "most": most
    }


def _shown(found: list[Upload]) -> list[WaitingFile]:
    digests = {each.file: each.digest for each in found}
    return [
        WaitingFile(
            value=f"{each.file}.{digests[each.file]}",
            words=kind_words(each.kind, each.size, each.pages),
        )
        for each in uploads.waiting(digests)
    ]
