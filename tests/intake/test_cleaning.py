"""What strangers send is rewritten or refused, in a process with 512 MiB and without our keys."""

import functools
import io
import json
import subprocess
import sys
import tempfile
import zlib
from typing import Any

import pikepdf
import pytest
from django.utils import translation
from PIL import Image, ImageCms

from huiying.intake import inspecting
from huiying.intake.cleaning.images import KEPT_PIXELS
from huiying.intake.errors import FileNotTaken
from tests import files

MEBIBYTE = 1024 * 1024


def cleaned(content: bytes) -> tuple[inspecting.Cleaned, bytes]:
    with files.on_disk(content) as source, tempfile.TemporaryFile() as target:
        made = inspecting.clean(source, target)
        target.seek(0)
        return made, target.read()


def refused(content: bytes) -> str:
    with pytest.raises(FileNotTaken) as refusal, translation.override("en"):
        cleaned(content)
    with translation.override("en"):
        return str(refusal.value)


def test_a_photo_keeps_its_pixels_upright_and_nothing_else():
    made, content = cleaned(files.photo() + b"PK\x03\x04 a zip behind it")
    assert (made.kind, made.width, made.height) == ("jpeg", 60, 80)
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (60, 80)
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for secret in (b"SECRET", b"Exif", b"a zip behind it"):
        assert secret not in content


@pytest.mark.parametrize(
    ("image", "kind", "options", "becomes"),
    [
        (files.picture(), "PNG", {"pnginfo": None}, "png"),
        (files.picture(mode="RGBA", colour=(9, 9, 9, 99)), "PNG", {}, "png"),
        (files.picture(mode="P", colour=3), "PNG", {}, "png"),
        (files.picture(mode="I;16", colour=900), "PNG", {}, "png"),
        (files.picture(mode="CMYK", colour=(1, 2, 3, 4)), "JPEG", {}, "jpeg"),
        (files.picture(mode="L", colour=9), "JPEG", {}, "jpeg"),
        (files.picture(), "WEBP", {}, "jpeg"),
        (files.picture(mode="RGBA", colour=(9, 9, 9, 99)), "WEBP", {}, "png"),
        (files.picture(), "GIF", {}, "png"),
    ],
)
def test_each_kind_of_picture_becomes_jpeg_or_png(image, kind, options, becomes):
    made, content = cleaned(files.encoded(image, kind, **options))
    assert made.kind == becomes
    with Image.open(io.BytesIO(content)) as kept:
        assert (kept.format, kept.size) == (becomes.upper(), (80, 60))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_a_moving_picture_the_first_one_stays(kind):
    frames = [files.picture(colour=colour) for colour in ("red", "green", "blue")]
    _made, content = cleaned(
        files.encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    )
    with Image.open(io.BytesIO(content)) as kept:
        assert getattr(kept, "n_frames", 1) == 1
        seen = kept.convert("RGB").resize((1, 1)).tobytes()
        assert seen[0] > 200 > 60 > seen[1]


def test_a_phones_finest_picture_is_made_smaller():
    made, _content = cleaned(files.photo((8000, 6000)))
    assert (made.width, made.height) == (3000, 4000)
    assert made.width * made.height <= KEPT_PIXELS


def test_a_profile_of_colours_is_applied_and_left_out():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    _made, content = cleaned(files.encoded(files.picture(), "JPEG", icc_profile=profile))
    assert b"ICC_PROFILE" not in content
    _made, content = cleaned(files.encoded(files.picture(), "JPEG", icc_profile=b"no profile"))
    assert b"no profile" not in content


HTML = b"<script>alert(1)</script>"
NOT_PICTURES = {
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": b"<!doctype html>" + HTML,
    "zip": b"PK\x03\x04" + bytes(400),
    "executable": b"MZ" + bytes(400),
    "empty": b"",
    "bmp": files.encoded(files.picture(), "BMP"),
    "tiff": files.encoded(files.picture(), "TIFF"),
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n" + bytes(40),
}


@pytest.mark.parametrize("name", NOT_PICTURES)
def test_other_files_are_refused_by_content(name):
    assert "Only photos" in refused(NOT_PICTURES[name])


def test_a_heic_picture_is_refused_with_what_to_do():
    assert "JPEG" in refused(b"\x00\x00\x00\x18ftypheic" + bytes(40))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (files.png_claiming(50_000, 50_000), "megapixels"),
        (files.png_claiming(40_000, 1), "megapixels"),
        (files.photo()[:600], "damaged"),
        (files.encoded(files.picture((600, 600)), "PNG")[:-400], "damaged"),
        (b"\xff\xd8\xff" + HTML, "damaged"),
        (b"GIF89a" + HTML, "damaged"),
        (b"RIFF\x00\x00\x00\x00WEBP" + HTML, "damaged"),
        (b"%PDF-1.7\n" + HTML, "damaged"),
        (files.pdf()[:150], "damaged"),
    ],
)
def test_bombs_and_stumps_are_refused(content, says):
    assert says in refused(content)


def test_a_polyglot_loses_its_second_life():
    gif = files.encoded(files.picture(), "GIF")
    _made, content = cleaned(gif + b"/*" + HTML + b"*/")
    assert b"script" not in content
    comment = files.encoded(files.picture(), "JPEG", comment=HTML)
    assert b"script" not in cleaned(comment)[1]


HEAVY = {
    "progressive jpeg": lambda: files.photo((8600, 5800), progressive=True),
    "png with alpha": lambda: files.encoded(
        files.picture((7000, 7000), "RGBA", (1, 2, 3, 4)), "PNG"
    ),
    "webp": lambda: files.encoded(files.picture((7000, 7000)), "WEBP", method=0),
    "png of 16 bits": lambda: files.encoded(files.picture((7000, 7000), "I;16", 900), "PNG"),
}


@pytest.mark.parametrize("name", HEAVY)
def test_the_heaviest_pictures_stay_under_512_mebibytes(name):
    """Taken or refused: either way the process never held more than it may."""
    job = {
        "task": "image",
        "kind": name.rpartition(" ")[2] if "jpeg" in name or name == "webp" else "png",
        "most_bytes": 10 * MEBIBYTE,
        "memory": inspecting.MEMORY,
        "seconds": 20,
    }
    with files.on_disk(HEAVY[name]()) as source, tempfile.TemporaryFile() as target:
        done = subprocess.run(
            [sys.executable, "-I", "-m", "huiying.intake.cleaning", json.dumps(job)],
            stdin=source,
            stdout=target,
            stderr=subprocess.PIPE,
            check=True,
            timeout=60,
        )
    said = json.loads(done.stderr)
    assert said.get("problem") in {None, "too_heavy"}
    assert 0 < said["peak"] < 512 * MEBIBYTE


@functools.cache
def bomb() -> bytes:
    """Three quarters of a gigabyte of nothing, deflated."""
    squeezed = zlib.compressobj(9)
    return b"".join([*(squeezed.compress(bytes(MEBIBYTE)) for _ in range(768)), squeezed.flush()])


def test_a_pdf_that_unpacks_to_gigabytes_is_not_unpacked():
    made = pikepdf.new()
    made.add_blank_page()
    stream = pikepdf.Stream(made, b"")
    stream.write(bomb(), filter=pikepdf.Name.FlateDecode)
    made.pages[0].Contents = stream
    said, content = cleaned(files.saved(made))
    assert said.pages == 1
    assert len(content) < 3 * MEBIBYTE


def test_a_pdf_whose_objects_unpack_to_gigabytes_is_refused():
    head = b"%PDF-1.5\n"
    body = b"1 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n" % len(
        bomb()
    )
    table = b"\nendstream\nendobj\n"
    start = len(head) + len(body) + len(bomb()) + len(table)
    rows = bytes([0, 0, 0, 0, 0]) + bytes([1, 0, 0, len(head), 0]) + bytes([2, 0, 0, 1, 0])
    cross = (
        b"3 0 obj\n<</Type/XRef/Size 3/W[1 3 1]/Root 2 0 R/Length %d>>\nstream\n" % len(rows)
        + rows
        + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % start
    )
    refused(head + body + bomb() + table + cross)


def acting() -> pikepdf.Pdf:
    """Everything that a PDF can do to its reader, each with a word of its own."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(300, 300))
    name, words = pikepdf.Name, pikepdf.String

    def action(kind: str, **more: Any) -> pikepdf.Dictionary:
        return pikepdf.Dictionary(S=name(f"/{kind}"), **more)

    script = action("JavaScript", JS=words("EVIL-SCRIPT"))
    attached = pikepdf.Stream(made, b"EVIL-ATTACHMENT")
    attached[name.Type] = name.EmbeddedFile
    spec = made.make_indirect(
        pikepdf.Dictionary(Type=name.Filespec, F=words("EVIL.exe"), EF={"/F": attached})
    )
    root, page = made.Root, made.pages[0]
    root.OpenAction = script
    root.AA = {"/WC": script}
    root.Names = {
        "/JavaScript": {"/Names": [words("a"), script]},
        "/EmbeddedFiles": {"/Names": [words("a"), spec]},
    }
    root.AF = [spec]
    page.AA = {"/O": action("Launch", F=words("EVIL-LAUNCH"))}
    field = pikepdf.Dictionary(
        Type=name.Annot, Subtype=name.Widget, FT=name.Tx, T=words("name"), V=words("FILLED IN"),
        Rect=[10, 10, 200, 40], DA=words("/Helv 12 Tf 0 g"), F=4,
        A=action("SubmitForm", F=words("https://evil.example/EVIL-FORM")),
    )  # fmt: skip
    held = made.make_indirect(field)
    helvetica = {"/Type": name.Font, "/Subtype": name.Type1, "/BaseFont": name.Helvetica}
    root.AcroForm = {
        "/Fields": [held],
        "/DR": {"/Font": {"/Helv": helvetica}},
        "/DA": words("/Helv 12 Tf 0 g"),
        "/NeedAppearances": True,
        "/XFA": words("EVIL-XFA"),
    }
    link = pikepdf.Dictionary(
        Type=name.Annot, Subtype=name.Link, Rect=[0, 0, 300, 300],
        A=action("URI", URI=words("https://evil.example/EVIL-LINK")),
    )  # fmt: skip
    page.Annots = [held, made.make_indirect(link)]
    page.Resources = {
        "/Properties": {"/P": {"/AF": spec, "/X": action("GoToR", F=words("EVIL-GO"))}}
    }
    made.docinfo["/Author"] = "EVIL-AUTHOR"
    return made


def test_a_pdf_keeps_its_pages_and_what_is_filled_in_but_does_nothing_any_more():
    source = files.saved(acting(), object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert source.count(b"EVIL") > 8
    made, content = cleaned(source + b"EVIL-TAIL")
    assert (made.kind, made.pages) == ("pdf", 1)
    with pikepdf.open(io.BytesIO(content)) as kept:
        plain = files.saved(
            kept,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
            compress_streams=False,
        )
        assert set(kept.Root.keys()) <= {"/Type", "/Pages"}
        assert "/Annots" not in kept.pages[0]
    assert b"EVIL" not in plain
    for word in (b"/JavaScript", b"/Launch", b"/URI", b"/EmbeddedFile", b"/SubmitForm", b"/XFA"):
        assert word not in plain
    assert b"FILLED IN" in plain


def test_a_font_may_be_called_what_an_action_is_called():
    made = pikepdf.new()
    made.add_blank_page()
    helvetica = {"/Type": pikepdf.Name.Font, "/Subtype": pikepdf.Name.Type1}
    made.pages[0].Resources = {"/Font": {"/A": helvetica, "/JS": helvetica}}
    _said, content = cleaned(files.saved(made))
    with pikepdf.open(io.BytesIO(content)) as kept:
        assert set(kept.pages[0].Resources.Font.keys()) == {"/A", "/JS"}


def test_a_pdf_that_needs_another_file_is_refused():
    made = pikepdf.new()
    made.add_blank_page()
    stream = pikepdf.Stream(made, b"")
    stream["/F"] = pikepdf.String("https://evil.example/words")
    made.pages[0].Contents = stream
    assert "new PDF" in refused(files.saved(made))


def test_a_locked_pdf_and_one_of_too_many_pages_are_refused():
    with pikepdf.open(io.BytesIO(files.pdf())) as plain:
        locks = [pikepdf.Encryption(user="a", owner="b"), pikepdf.Encryption(user="", owner="b")]
        for lock in locks:
            assert "password" in refused(files.saved(plain, encryption=lock))
    assert "pages" in refused(files.pdf(pages=301))


def test_a_scan_in_a_pdf_says_no_longer_where_it_was_made():
    made = pikepdf.new()
    made.add_blank_page()
    scan = pikepdf.Stream(made, b"")
    scan.write(files.photo(), filter=pikepdf.Name.DCTDecode)
    scan["/Type"], scan["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
    scan["/Width"], scan["/Height"], scan["/BitsPerComponent"] = 80, 60, 8
    scan["/ColorSpace"] = pikepdf.Name.DeviceRGB
    made.pages[0].Resources = {"/XObject": {"/I": scan}}
    made.pages[0].Contents = pikepdf.Stream(made, b"q 80 0 0 60 0 0 cm /I Do Q")
    _said, content = cleaned(files.saved(made))
    assert b"SECRET" not in content
    with pikepdf.open(io.BytesIO(content)) as kept:
        bare = kept.pages[0].Resources.XObject.I.read_raw_bytes()
    with Image.open(io.BytesIO(bare)) as image:
        image.load()
        assert image.size == (80, 60)


def test_the_process_knows_none_of_our_keys(monkeypatch):
    monkeypatch.setenv("HUIYING_KEYS", "1:secret")
    asked = {}
    real = subprocess.run

    def watched(*args, **options):
        asked.update(options)
        return real(*args, **options)

    monkeypatch.setattr(subprocess, "run", watched)
    cleaned(files.photo())
    assert set(asked["env"]) == {"PATH", "LC_ALL"}


def test_a_process_that_takes_too_long_is_ended(monkeypatch):
    def slow(*_args, timeout, **_options):
        raise subprocess.TimeoutExpired("x", timeout)

    monkeypatch.setattr(subprocess, "run", slow)
    assert "too complicated" in refused(files.photo())
