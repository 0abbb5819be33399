"""Pictures, decoded and encoded anew: pixels go on, everything else (place, camera, tail) stays behind."""

import io
import math
import struct
from typing import IO

from PIL import Image, ImageCms

from huiying.intake.cleaning.refused import Problem, Refused

MOST_PIXELS = 50_000_000  # what a phone's finest picture has
KEPT_PIXELS = 16_000_000  # more than any screen shows; larger ones are halved until they fit
LONGEST_EDGE = 30_000
LARGEST_PROFILE = 1_000_000
JPEG_QUALITY = 90
THUMBNAIL_QUALITY = 75
THUMBNAIL_EDGE = 480
FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF"}

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# Ours is smaller, and is asked before anything is decoded.
Image.MAX_IMAGE_PIXELS = None


def clean(source: IO[bytes], target: IO[bytes], *, kind: str, most_bytes: int) -> dict[str, object]:
    """Write the first picture of `source` to `target`, upright, as JPEG or PNG.

    Returns kind, width and height of what was written.
    """
    opened = _opened(source, kind)
    image = _plain(_decoded(opened), TURNS.get(_orientation(opened)))
    if kind in {"png", "gif"} or image.mode == "RGBA":
        written = _write(image, target, "png")
        if target.tell() <= most_bytes or image.mode == "RGBA":
            return written
    return _write(image, target, "jpeg")


def thumbnail(source: IO[bytes], target: IO[bytes], *, kind: str) -> dict[str, object]:
    """Write a small JPEG of one of our own pictures."""
    with Image.open(source, formats=[FORMATS[kind]]) as image:
        image.draft("RGB", (THUMBNAIL_EDGE * 2, THUMBNAIL_EDGE * 2))
        image.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
        small = Image.new("RGB", image.size, "white")
        upper = image.convert("RGBA")
        small.paste(upper, mask=upper)
    return _write(small, target, "jpeg", quality=THUMBNAIL_QUALITY)


def _opened(source: IO[bytes], kind: str) -> Image.Image:
    image = Image.open(source, formats=[FORMATS[kind]])
    width, height = image.size
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_EDGE:
        raise Refused(Problem.MANY_PIXELS)
    return image


def _decoded(image: Image.Image) -> Image.Image:
    width, height = image.size
    factor = math.ceil(math.sqrt(width * height / KEPT_PIXELS))
    if factor > 1:
        image.draft(None, (width // factor, height // factor))  # a JPEG is read small at once
    image.load()
    left = math.ceil(math.sqrt(image.width * image.height / KEPT_PIXELS))
    if left <= 1:
        return image
    reducible = image if image.mode in {"L", "RGB", "RGBA", "CMYK"} else _converted(image)
    smaller = reducible.reduce(left)
    smaller.info = dict(image.info)
    return smaller


def _converted(image: Image.Image) -> Image.Image:
    if image.mode == "RGBA" or image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    if image.mode in {"1", "L", "I", "I;16", "F"}:
        return image if image.mode == "L" else image.convert("L")
    return image if image.mode == "RGB" else image.convert("RGB")


def _orientation(image: Image.Image) -> int:
    """How the camera was held (Exif 2.3, tag 274); 1 where it does not say so legibly."""
    try:
        return int(image.getexif().get(0x0112, 1))
    except (ValueError, TypeError, SyntaxError, OSError, struct.error):
        return 1


def _plain(image: Image.Image, turn: Image.Transpose | None) -> Image.Image:
    """Upright, in sRGB, with nothing but its pixels."""
    profile = image.info.get("icc_profile")
    if profile and len(profile) <= LARGEST_PROFILE and image.mode in {"RGB", "CMYK"}:
        image = _in_srgb(image, profile)
    plain = _converted(image)
    plain = plain.transpose(turn) if turn is not None else plain.copy()
    plain.info = {}
    return plain


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Colours as they were meant; a profile that cannot be read is left out."""
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        wanted = ImageCms.createProfile("sRGB")
        turned = ImageCms.profileToProfile(image, given, wanted, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return turned or image


def _write(
    image: Image.Image, target: IO[bytes], kind: str, *, quality: int = JPEG_QUALITY
) -> dict[str, object]:
    target.seek(0)
    target.truncate()
    if kind == "jpeg":
        image.save(target, "JPEG", quality=quality)
    else:
        image.save(target, "PNG")
    return {"kind": kind, "width": image.width, "height": image.height, "pages": 0}
