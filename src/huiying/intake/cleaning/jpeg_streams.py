"""A JPEG inside a PDF, without the segments that say where and by whom it was taken (ITU-T T.81, B.1.1)."""

START, SCAN = 0xD8, 0xDA
# APP1 (Exif, XMP), APP3 to APP13 (makers' own, IPTC), APP15, and comments. Colour needs APP0, 2 and 14.
LEFT_OUT = {0xE1, *range(0xE3, 0xEE), 0xEF, 0xFE}


def without_metadata(raw: bytes) -> bytes:
    """The same picture; `raw` itself where its segments cannot be followed."""
    if raw[:2] != bytes([0xFF, START]):
        return raw
    kept, place = [raw[:2]], 2
    while place + 4 <= len(raw):
        if raw[place] != 0xFF:
            return raw
        marker = raw[place + 1]
        if marker == SCAN:
            return b"".join([*kept, raw[place:]])
        end = place + 2 + int.from_bytes(raw[place + 2 : place + 4])
        if marker not in LEFT_OUT:
            kept.append(raw[place:end])
        place = end
    return raw
