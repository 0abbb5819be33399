"""A JPEG 2000 inside a PDF, with what draws it and nothing else (ITU-T T.800, annexes A and I; T.801, M)."""

from collections.abc import Iterator

from huiying.intake.cleaning.refused import Problem, Refused

DRAWS = {b"jP  ", b"ftyp", b"rreq", b"ihdr", b"bpcc", b"colr", b"pclr", b"cmap", b"cdef", b"opct"}
HOLDS = {b"jp2h", b"jpch", b"jplh", b"cgrp"}
PICTURE = b"jp2c"
DEEPEST = 4
START, COMMENT, TILE, DATA, END = b"\xff\x4f", b"\xff\x64", b"\xff\x90", b"\xff\x93", b"\xff\xd9"


def without_metadata(raw: bytes) -> bytes:
    """The same picture, boxed or bare; Refused where it cannot be followed."""
    if raw.startswith(START):
        return _codestream(raw)
    if raw[4:8] != b"jP  ":
        raise Refused(Problem.PICTURE_INSIDE)
    if all(kind != PICTURE for kind, _content in _split(raw)):
        raise Refused(Problem.PICTURE_INSIDE)
    return _boxes(raw, 1)


def _boxes(raw: bytes, depth: int) -> bytes:
    """What stays of a row of boxes: those that are known, so neither place, camera nor notes."""
    if depth > DEEPEST:
        raise Refused(Problem.PICTURE_INSIDE)
    kept = []
    for kind, content in _split(raw):
        if kind in DRAWS:
            kept.append(_box(kind, content))
        elif kind in HOLDS:
            kept.append(_box(kind, _boxes(content, depth + 1)))
        elif kind == PICTURE:
            kept.append(_box(kind, _codestream(content)))
    return b"".join(kept)


def _split(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place + 8 <= len(raw):
        length, head = int.from_bytes(raw[place : place + 4]), 8
        kind = raw[place + 4 : place + 8]
        if length == 1:
            length, head = int.from_bytes(raw[place + 8 : place + 16]), 16
        end = place + length if length else len(raw)
        if end < place + head or end > len(raw):
            raise Refused(Problem.PICTURE_INSIDE)
        yield kind, raw[place + head : end]
        place = end


def _box(kind: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4) + kind + content


def _codestream(raw: bytes) -> bytes:
    """Comments are blanked where they stand: lengths of tiles are told in several places."""
    if not raw.startswith(START):
        raise Refused(Problem.PICTURE_INSIDE)
    made = bytearray(raw)
    place = _header(made, 2, TILE)
    while made[place : place + 2] == TILE:
        length = int.from_bytes(made[place + 6 : place + 10])
        data = _header(made, place, DATA)
        end = place + length if length else len(made)  # 0: up to the end of the picture
        if end < data:
            raise Refused(Problem.PICTURE_INSIDE)
        if end >= len(made):  # the last one, or one that was cut off
            return bytes(made)
        place = end
    return bytes(made[:place]) + END


def _header(made: bytearray, place: int, until: bytes) -> int:
    """Blank the comments from `place` on; where the marker `until` stands."""
    while place + 4 <= len(made):
        marker = made[place : place + 2]
        if marker == until:
            return place
        end = place + 2 + int.from_bytes(made[place + 2 : place + 4])
        if marker[0] != 0xFF or end < place + 4 or end > len(made):
            break
        if marker == COMMENT:
            made[place + 6 : end] = b" " * max(0, end - place - 6)
        place = end
    raise Refused(Problem.PICTURE_INSIDE)
