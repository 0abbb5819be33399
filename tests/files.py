"""Files that people and attackers send, made on the spot."""

import io
import struct
import tempfile
import zlib
from typing import IO, Any

import pikepdf
from PIL import Image

from huiying.intake.uploads import Upload, keep

CAMERA = "SECRET-CAMERA"
PLACE = {1: "N", 2: (30.0, 16.0, 12.5), 3: "E", 4: (120.0, 9.0, 1.5)}
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def picture(
    size: tuple[int, int] = (80, 60), mode: str = "RGB", colour: Any = "teal"
) -> Image.Image:
    return Image.new(mode, size, colour)


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    held = io.BytesIO()
    image.save(held, kind, **options)
    return held.getvalue()


def photo(size: tuple[int, int] = (80, 60), **options: Any) -> bytes:
    """As a phone makes it: held upright, with camera and place in it."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKE], exif[GPS] = 6, CAMERA, PLACE
    return encoded(picture(size), "JPEG", exif=exif, comment=b"SECRET-COMMENT", **options)


def png_chunk(name: bytes, content: bytes) -> bytes:
    tail = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + tail


def png_claiming(width: int, height: int) -> bytes:
    """A small file that says it is a huge picture."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = zlib.compress(bytes(10_000_000), 9)
    parts = (png_chunk(b"IHDR", head), png_chunk(b"IDAT", content), png_chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def pdf(pages: int = 1, **changes: Any) -> bytes:
    """A plain PDF; `changes` go into its catalogue."""
    made = pikepdf.new()
    for _number in range(pages):
        made.add_blank_page(page_size=(200, 200))
    for key, value in changes.items():
        made.Root[f"/{key}"] = made.make_indirect(value)
    return saved(made)


def saved(made: pikepdf.Pdf, **options: Any) -> bytes:
    held = io.BytesIO()
    made.save(held, **options)
    return held.getvalue()


def on_disk(content: bytes) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    file.write(content)
    file.flush()
    file.seek(0)
    return file


def kept(content: bytes | None = None) -> Upload:
    """A file that waits for its letter."""
    with on_disk(content or photo()) as file:
        return keep(file)
