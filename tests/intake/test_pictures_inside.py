"""A picture inside a PDF says neither where nor with what it was made, whatever it is wrapped in."""

import base64
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import batched
from typing import Any

import pikepdf
import pytest
from PIL import Image

from huiying.intake.cleaning import jpeg2000_streams, jpeg_streams
from huiying.intake.cleaning.refused import Refused
from tests import files
from tests.intake.test_cleaning import bomb, cleaned, refused

NAME = pikepdf.Name
SECRET = b"<x>SECRET 30.27 120.15 home</x>"


def lzw(content: bytes) -> bytes:
    """Nothing but literals of nine bits, the table cleared before it grows."""
    codes = [code for part in batched(content, 200) for code in (256, *part)]
    bits = "".join(f"{code:09b}" for code in [*codes, 257])
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8)


def run_lengths(content: bytes) -> bytes:
    parts = (content[place : place + 128] for place in range(0, len(content), 128))
    return b"".join(bytes([len(part) - 1]) + part for part in parts) + b"\x80"


WRAPPED: dict[str, Callable[[bytes], bytes]] = {
    "FlateDecode": zlib.compress,
    "ASCIIHexDecode": lambda content: content.hex().encode() + b">",
    "ASCII85Decode": lambda content: base64.a85encode(content) + b"~>",
    "RunLengthDecode": run_lengths,
    "LZWDecode": lzw,
}
CHAINS = [[], *([each] for each in WRAPPED), ["ASCII85Decode", "FlateDecode"]]


def in_pdf(picture: bytes, filters: list[str], **more: Any) -> bytes:
    """One page that draws this picture, stored exactly so."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(80, 60))
    scan = pikepdf.Stream(made, picture)
    scan.Type, scan.Subtype, scan.ColorSpace = NAME.XObject, NAME.Image, NAME.DeviceRGB
    scan.Width, scan.Height, scan.BitsPerComponent = 80, 60, 8
    names = [NAME(f"/{each}") for each in filters]
    scan.Filter = names[0] if len(names) == 1 else pikepdf.Array(names)
    for key, value in more.items():
        scan[f"/{key}"] = value
    made.pages[0].Resources = {"/XObject": {"/I": scan}}
    made.pages[0].Contents = pikepdf.Stream(made, b"q 80 0 0 60 0 0 cm /I Do Q")
    return files.saved(
        made, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False
    )


@contextmanager
def picture_in(content: bytes) -> Iterator[pikepdf.Object]:
    with pikepdf.open(io.BytesIO(content)) as kept:
        yield kept.pages[0].Resources.XObject.I


def wrapped(content: bytes, chain: list[str]) -> bytes:
    for each in reversed(chain):
        content = WRAPPED[each](content)
    return content


def box(kind: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4) + kind + content


def jpeg2000(**options: Any) -> bytes:
    """With notes in boxes at the end, in a box within a box, and in its codestream."""
    plain = files.encoded(files.picture(), "JPEG2000", comment="SECRET-COMMENT", **options)
    if options.get("no_jp2"):
        return plain
    head = plain.index(b"jp2h") - 4
    length = int.from_bytes(plain[head : head + 4])
    inner = plain[head + 8 : head + length] + box(b"xml ", SECRET) + box(b"asoc", SECRET)
    notes = [box(b"xml ", SECRET), box(b"uuid", bytes(16) + SECRET)]
    notes += [box(b"uinf", box(b"url ", SECRET)), box(b"asoc", box(b"lbl ", SECRET))]
    notes += [box(b"what", box(b"xml ", SECRET))]
    return b"".join(
        [plain[:head], box(b"jp2h", inner), *notes[:3], plain[head + length :], *notes[3:]]
    )


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: "+".join([*chain, "DCTDecode"]))
def test_a_jpeg_in_any_wrapping_loses_place_and_camera(chain):
    photo = files.photo()
    assert b"SECRET" in photo
    _said, content = cleaned(in_pdf(wrapped(photo, chain), [*chain, "DCTDecode"]))
    with picture_in(content) as kept:
        assert kept.Filter == NAME.DCTDecode
        bare = kept.read_raw_bytes()
    assert b"SECRET" not in bare
    assert b"Exif" not in bare
    with Image.open(io.BytesIO(bare)) as image, Image.open(io.BytesIO(photo)) as before:
        assert image.tobytes() == before.tobytes()


@pytest.mark.parametrize("chain", CHAINS[:2], ids=lambda chain: "+".join([*chain, "JPXDecode"]))
def test_a_jpeg_2000_keeps_its_pixels_alone(chain):
    photo = jpeg2000()
    assert photo.count(b"SECRET") == 8
    _said, content = cleaned(in_pdf(wrapped(photo, chain), [*chain, "JPXDecode"]))
    with picture_in(content) as kept:
        assert kept.Filter == NAME.JPXDecode
        bare = kept.read_raw_bytes()
    assert b"SECRET" not in bare
    assert not [kind for kind in (b"xml ", b"uuid", b"uinf", b"asoc", b"what") if kind in bare]
    with Image.open(io.BytesIO(bare)) as image, Image.open(io.BytesIO(photo)) as before:
        assert image.tobytes() == before.tobytes()


@pytest.mark.parametrize("options", [{"no_jp2": True}, {"tile_size": (32, 32)}])
def test_a_bare_or_tiled_jpeg_2000_is_followed(options):
    photo = jpeg2000(**options)
    bare = jpeg2000_streams.without_metadata(photo + b"SECRET-TAIL" * bool(options.get("no_jp2")))
    assert b"SECRET" not in bare
    with Image.open(io.BytesIO(bare)) as image, Image.open(io.BytesIO(photo)) as before:
        assert image.tobytes() == before.tobytes()


def test_a_colour_transform_that_was_said_outside_stays():
    inside = pikepdf.Dictionary(ColorTransform=0)
    given = pikepdf.Array([pikepdf.Dictionary(), inside])
    source = in_pdf(zlib.compress(files.photo()), ["FlateDecode", "DCTDecode"], DecodeParms=given)
    with picture_in(cleaned(source)[1]) as kept:
        assert kept.DecodeParms.ColorTransform == 0


@pytest.mark.parametrize(
    ("filters", "content"),
    [
        (["DCTDecode", "FlateDecode"], files.photo()),
        (["Unheard", "DCTDecode"], files.photo()),
        (["DCTDecode"], b"no picture at all"),
        (["JPXDecode"], b"no picture at all"),
        (["JPXDecode"], jpeg2000()[:200]),
    ],
)
def test_what_cannot_be_followed_is_refused_with_what_to_do(filters, content):
    assert "A photo of it will do" in refused(in_pdf(content, filters))


def test_a_second_picture_behind_the_first_and_notes_between_scans_go():
    photo = files.photo(progressive=True)
    scan = photo.rindex(b"\xff\xda")
    note = b"\xff\xfe\x00\x10SECRET-COMMENT"
    padded = photo[:2] + b"\xff" + photo[2:scan] + note + photo[scan:] + files.photo()
    bare = jpeg_streams.without_metadata(padded)
    assert b"SECRET" not in bare
    with Image.open(io.BytesIO(bare)) as image, Image.open(io.BytesIO(photo)) as before:
        assert image.tobytes() == before.tobytes()
    assert len(jpeg_streams.without_metadata(photo[: scan + 40])) < len(
        photo
    )  # cut off, still shown


def test_a_jpeg_that_cannot_be_followed_is_refused():
    for raw in (b"", b"\xff\xd8", b"\xff\xd8\xff\xe1\xff\xff", b"\xff\xd8nothing", b"words"):
        with pytest.raises(Refused):
            jpeg_streams.without_metadata(raw)


def test_what_hangs_on_a_picture_goes_too():
    secret = pikepdf.String("SECRET")
    more = {
        "PieceInfo": pikepdf.Dictionary(Camera=pikepdf.Dictionary(Private=secret)),
        "LastModified": secret,
        "Measure": pikepdf.Dictionary(GPTS=secret),
        "Metadata": pikepdf.Dictionary(Private=secret),
        "Thumb": pikepdf.Dictionary(Private=secret),
    }
    _said, content = cleaned(in_pdf(files.photo(), ["DCTDecode"], **more))
    with picture_in(content) as kept:
        assert not {f"/{key}" for key in more} & set(kept.keys())


def test_a_wrapping_that_unpacks_to_gigabytes_is_refused():
    assert "A photo of it will do" in refused(in_pdf(bomb(), ["FlateDecode", "DCTDecode"]))
