"""Pictures inside a PDF, however wrapped, without what says where and by whom they were taken."""

from collections.abc import Callable
from typing import Any

import pikepdf

from huiying.intake.cleaning import jpeg2000_streams, jpeg_streams
from huiying.intake.cleaning.refused import Problem, Refused

PICTURES: dict[str, Callable[[bytes], bytes]] = {
    "/DCTDecode": jpeg_streams.without_metadata,
    "/JPXDecode": jpeg2000_streams.without_metadata,
}
SHORT = {"/DCT": "/DCTDecode"}  # what readers take for it outside content streams as well


def clean_picture(pdf: pikepdf.Pdf, stream: Any) -> None:
    """Take the metadata out of a stream that is a JPEG or JPEG 2000; leave every other one.

    Other filters around the picture are taken off. Refused where that cannot be done.
    """
    filters = [SHORT.get(each, each) for each in _filters(stream)]
    places = [place for place, each in enumerate(filters) if each in PICTURES]
    if not places:
        return
    last = len(filters) - 1
    if places != [last]:
        raise Refused(Problem.PICTURE_INSIDE)
    parameters = _parameters(stream, len(filters))
    raw = stream.read_raw_bytes() if last == 0 else _unwrapped(pdf, stream, parameters[:last])
    bare = PICTURES[filters[last]](raw)
    if last > 0 or bare != raw:
        stream.write(bare, filter=pikepdf.Name(filters[last]), decode_parms=parameters[last])


def _unwrapped(pdf: pikepdf.Pdf, stream: Any, parameters: list[Any]) -> bytes:
    """What the outer filters hold."""
    outer = pikepdf.Stream(pdf, b"")
    names = pikepdf.Array([pikepdf.Name(each) for each in _filters(stream)[:-1]])
    outer.write(stream.read_raw_bytes(), filter=names, decode_parms=pikepdf.Array(parameters))
    try:
        return outer.read_bytes(pikepdf.StreamDecodeLevel.specialized)
    except pikepdf.PdfError:
        raise Refused(Problem.PICTURE_INSIDE) from None


def _filters(stream: Any) -> list[str]:
    given = stream.get("/Filter")
    if given is None:
        return []
    return [str(each) for each in given] if isinstance(given, pikepdf.Array) else [str(given)]


def _parameters(stream: Any, count: int) -> list[Any]:
    """One for each filter, None where it has none."""
    given = stream.get("/DecodeParms", stream.get("/DP"))
    listed = list(given) if isinstance(given, pikepdf.Array) else [given]
    listed += [None] * count
    return [each if isinstance(each, pikepdf.Dictionary) else None for each in listed[:count]]
