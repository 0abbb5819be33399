"""PDF, rebuilt from its pages alone: what is drawn stays, what acts or hides does not.

Kept of the whole file are the pages with their contents and resources (ISO 32000-2, 7.7.3.3) and the
layers. Actions, scripts, forms, attachments, links, notes, tags and metadata hang on other branches of
the tree; what is filled in or noted on a page is drawn onto it first.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import pikepdf

from huiying.intake.cleaning.pictures_inside import clean_picture
from huiying.intake.cleaning.refused import Problem, Refused

MOST_PAGES = 300
MOST_OBJECTS = 200_000
OF_ROOT = {"/Type", "/Pages", "/OCProperties", "/Version"}
OF_PAGE = {
    *("/Type", "/Parent", "/Resources", "/Contents", "/Rotate", "/UserUnit", "/Group"),
    *("/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox"),
}
OF_TRAILER = {"/Root", "/Size", "/ID"}
# In resources the keys are names that the page's author chose: none of them means anything.
NAMED_BY_AUTHOR = {
    *("/Font", "/XObject", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/Properties"),
    *("/CharProcs", "/Colorants"),
}
NEVER = {
    *(
        "/A",
        "/AA",
        "/AF",
        "/Alternates",
        "/EF",
        "/EmbeddedFiles",
        "/JavaScript",
        "/JS",
        "/Metadata",
    ),
    *("/OpenAction", "/OPI", "/PieceInfo", "/Ref", "/RichMediaContent", "/XFA"),
    # When, where, with what and by whom it was made: no reader needs it to draw.
    *("/CreationDate", "/Creator", "/CreatorInfo", "/LastModified", "/Measure", "/ModDate"),
    *("/Producer", "/PtData", "/Thumb", "/User"),
}
ACTIONS = {
    *("/GoTo", "/GoToR", "/GoToE", "/GoToDp", "/GoTo3DView", "/Hide", "/ImportData", "/JavaScript"),
    *(
        "/Launch",
        "/Movie",
        "/Named",
        "/Rendition",
        "/ResetForm",
        "/RichMediaExecute",
        "/SetOCGState",
    ),
    *("/Sound", "/SubmitForm", "/Thread", "/URI"),
}
POINTS = {"/Filespec", "/F", "/EmbeddedFile"}


def clean(source: BinaryIO, target: BinaryIO) -> dict[str, object]:
    """Write the pages of `source` to `target`; returns their number."""
    try:
        opened = pikepdf.open(source, suppress_warnings=True)
    except pikepdf.PasswordError:
        raise Refused(Problem.ENCRYPTED) from None
    with opened as pdf:
        if pdf.is_encrypted:
            raise Refused(Problem.ENCRYPTED)
        pages = len(pdf.pages)
        if pages == 0:
            raise Refused(Problem.DAMAGED)
        if pages > MOST_PAGES or len(pdf.objects) > MOST_OBJECTS:
            raise Refused(Problem.MANY_PAGES)
        _draw_what_is_filled_in(pdf)
        _prune(pdf)
        _scrub(pdf)
        pdf.save(
            target,
            fix_metadata_version=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
        )
    return {"kind": "pdf", "width": 0, "height": 0, "pages": pages}


def _draw_what_is_filled_in(pdf: pikepdf.Pdf) -> None:
    if "/AcroForm" in pdf.Root:
        pdf.generate_appearance_streams()
    pdf.flatten_annotations("screen")


def _prune(pdf: pikepdf.Pdf) -> None:
    for page in pdf.pages:
        _keep_only(page.obj, OF_PAGE)
    _keep_only(pdf.Root, OF_ROOT)
    _keep_only(pdf.trailer, OF_TRAILER)


def _keep_only(dictionary: Any, wanted: set[str]) -> None:
    for key in set(dictionary.keys()) - wanted:
        del dictionary[key]


def _scrub(pdf: pikepdf.Pdf) -> None:
    """Walk what is left: a second net for what should hang on no page."""
    for thing, named_by_author in _reachable(pdf.Root):
        if isinstance(thing, pikepdf.Stream):
            _refuse_pointing(thing)
            clean_picture(pdf, thing)
        if not isinstance(thing, pikepdf.Array) and not named_by_author:
            for key in NEVER & set(thing.keys()):
                del thing[key]


def _reachable(root: pikepdf.Object) -> Iterator[tuple[Any, bool]]:
    """Every dictionary, stream and array below `root`, each once, after its harmful members are gone."""
    seen: set[tuple[int, int]] = set()
    left: list[tuple[Any, bool]] = [(root, False)]
    while left:
        thing, named = left.pop()
        if thing.is_indirect:
            if thing.objgen in seen:
                continue
            seen.add(thing.objgen)
        _drop_actions(thing)
        yield thing, named
        left += [(each, key in NAMED_BY_AUTHOR) for key, each in _members(thing) if _is_tree(each)]


def _members(thing: Any) -> list[tuple[Any, Any]]:
    return list(enumerate(thing)) if isinstance(thing, pikepdf.Array) else list(thing.items())


def _is_tree(value: Any) -> bool:
    return isinstance(value, pikepdf.Dictionary | pikepdf.Stream | pikepdf.Array)


def _drop_actions(thing: Any) -> None:
    harmful = [key for key, value in _members(thing) if _acts_or_points(value)]
    for key in reversed(harmful):
        del thing[key]


def _acts_or_points(value: Any) -> bool:
    if not isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        return False
    return str(value.get("/S", "")) in ACTIONS or str(value.get("/Type", "")) in POINTS


def _refuse_pointing(stream: Any) -> None:
    if "/F" in stream or "/FFilter" in stream or "/FDecodeParms" in stream:
        raise Refused(Problem.POINTS_OUTSIDE)
    if str(stream.get("/Subtype", "")) == "/PS" or str(stream.get("/Subtype2", "")) == "/PS":
        raise Refused(Problem.POINTS_OUTSIDE)
