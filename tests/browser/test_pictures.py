"""The gallery looks as on its kept pictures, within a tolerance for smoothing.

They were taken with Debian's fonts; with others every line would break elsewhere, and the test is skipped.
`KEEP_PICTURES=1 pytest tests/browser/test_pictures.py` keeps today's look: look at the change first.
"""

import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, ViewportSize

from huiying.kernel import time
from tests.browser.conftest import NARROW, WIDE, Opener

KEPT = Path(__file__).parent / "pictures"
KEEP = "KEEP_PICTURES" in os.environ
A_SUNDAY = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
SMALLER = 4  # the side of a kept picture is a fourth of what it shows
BLOCK = 4  # pixels of a kept picture are compared in squares of this side
NOTICED = 20  # by how much of 255 a square must differ to count
MOST = 0.02  # the share of squares that may differ
LONGER = 0.005  # by how much a part may be longer or shorter
FONTS = KEPT / "fonts.json"
WORDS = ("路灯坏了，晚上看不清路", "The street light is broken", "7382 0491 5566")
MEASURED = """words => words.map(text => {
  const span = document.createElement('span');
  span.textContent = text;
  span.style = 'position: absolute; white-space: nowrap; font-size: 40px';
  document.body.append(span);
  const width = Math.round(span.getBoundingClientRect().width);
  span.remove();
  return width;
})"""
SHOWN: dict[str, tuple[str, ViewportSize, Literal["light", "dark"]]] = {
    "wide": ("zh-hans", WIDE, "light"),
    "narrow": ("en", NARROW, "dark"),
}


def fonts(page: Page) -> list[int]:
    """How wide some words are: other fonts, other widths."""
    return list(page.evaluate(MEASURED, list(WORDS)))


def parts(page: Page) -> dict[str, Locator]:
    """The gallery's groups."""
    groups = page.locator("main section[id]").all()
    return {str(group.get_attribute("id")): group for group in groups}


def picture(of: Locator) -> Image.Image:
    taken = Image.open(
        io.BytesIO(of.screenshot(animations="disabled", caret="hide", timeout=60_000))
    ).convert("RGB")
    return taken.resize(
        (taken.width // SMALLER, max(1, taken.height // SMALLER)), Image.Resampling.BOX
    )


def squares(image: Image.Image) -> np.ndarray:
    size = (max(1, image.width // BLOCK), max(1, image.height // BLOCK))
    return np.asarray(image.resize(size, Image.Resampling.BOX), dtype=float)


def unlike(now: Image.Image, kept: Image.Image) -> str:
    """How the picture differs from the kept one, empty where it does not."""
    if abs(now.height - kept.height) > max(2, kept.height * LONGER) or now.width != kept.width:
        return f"is {now.size} instead of {kept.size} (in fourths of pixels)"
    apart = np.abs(squares(now.resize(kept.size)) - squares(kept)).max(axis=2) > NOTICED
    return f"{apart.mean():.1%} of it differ" if apart.mean() > MOST else ""


@pytest.mark.browser
@pytest.mark.parametrize("width", SHOWN)
def test_the_gallery_looks_as_it_did(opened: Opener, monkeypatch, tmp_path, width):
    monkeypatch.setattr(time, "now", lambda: A_SUNDAY)
    language, viewport, scheme = SHOWN[width]
    page = opened(viewport=viewport, scheme=scheme)
    page.goto(f"/{language}/gallery/")
    page.evaluate("document.fonts.ready")
    if KEEP:
        FONTS.write_text(json.dumps(fonts(page)) + "\n")
    elif fonts(page) != json.loads(FONTS.read_text()):
        pytest.skip("other fonts than those of the kept pictures (Debian's fonts-noto-cjk)")
    found, seen = [], set()
    for name, part in parts(page).items():
        now, file = picture(part), KEPT / f"{name}-{width}.png"
        seen.add(file.name)
        if KEEP:
            now.quantize(64).save(file, optimize=True)
        elif not file.exists():
            found.append(f"{file.name}: nothing is kept")
        elif difference := unlike(now, Image.open(file).convert("RGB")):
            now.save(tmp_path / file.name)
            found.append(f"{file.name} {difference}: see {tmp_path / file.name}")
    kept = {file.name for file in KEPT.glob(f"*-{width}.png")}
    assert not found, "\n".join(found)
    assert kept == seen
