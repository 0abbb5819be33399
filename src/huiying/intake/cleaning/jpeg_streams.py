"""A JPEG inside a PDF, with what draws it and nothing else (ITU-T T.81, B.1.1)."""

import re

from huiying.intake.cleaning.refused import Problem, Refused

START, END = b"\xff\xd8", b"\xff\xd9"
SCAN = 0xDA
# Frames, tables, scans, restarts. Colour profiles too stay behind: in a PDF the image's dictionary says
# what its colours mean.
DRAWS = {*range(0xC0, 0xD0), *range(0xDA, 0xE0)}
MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)
AFTER_SCAN = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)


def without_metadata(raw: bytes) -> bytes:
    """The same picture; Refused where its segments cannot be followed up to its first scan."""
    place = raw.find(START)
    if place < 0 or raw[:place].strip():
        raise Refused(Problem.PICTURE_INSIDE)
    kept, place, scanned = [START], place + 2, False
    while True:
        found = MARKER.match(raw, place)
        end = 0 if found is None else _end(raw, found.end())
        if found is None or found[0].endswith(END) or not found.end() + 2 <= end <= len(raw):
            break
        kept.append(_segment(found[1][0], raw[found.end() : end]))
        place = end
        if found[1][0] == SCAN:
            scanned = True
            after = AFTER_SCAN.search(raw, end)
            place = after.start() if after else len(raw)
            kept.append(raw[end:place])
    if not scanned:
        raise Refused(Problem.PICTURE_INSIDE)
    return b"".join([*kept, END])


def _segment(marker: int, content: bytes) -> bytes:
    """What stays of a segment; `content` begins with its length."""
    head = bytes([0xFF, marker])
    if marker in DRAWS:
        return head + content
    if marker == 0xE0 and content[2:7] == b"JFIF\0":  # without its small picture
        return head + b"\x00\x10" + content[2:14].ljust(12, b"\0") + b"\0\0"
    if marker == 0xEE and content[2:7] == b"Adobe" and len(content) >= 14:
        return head + b"\x00\x0e" + content[2:14]
    return b""


def _end(raw: bytes, place: int) -> int:
    return place + int.from_bytes(raw[place : place + 2])
