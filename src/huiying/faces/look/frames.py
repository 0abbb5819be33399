"""Pages that differ from one reader to the next in a few words only, built once a process.

The receipt is what the site answers most when many write at once. Rendering it costs more than
keeping the letter; filling words into a frame costs almost nothing.
"""

import functools
import re
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template
from django.utils.html import escape

from huiying.faces.look.context import Site, site

# Private use characters: they stand in no text of ours, and nothing escapes them.
MARK = "\ue000{}\ue001"
MARKED = re.compile("\ue000([a-z_]+)\ue001")
MOST = 64  # languages, themes and addresses of one site


@dataclass(frozen=True, slots=True)
class _Frame:
    """The page cut at its marks; every odd part is the name of the word that stands there."""

    parts: tuple[str, ...]


def render_framed(
    request: HttpRequest, template: str, page: Any, words: tuple[str, ...]
) -> HttpResponse:
    """Like `render` for an open page, where only the attributes `words` of `page` (strings) differ.

    `page` is a frozen, hashable dataclass. The template may show a word, not ask about it: what it
    decides by must be another attribute. Shows no messages of the session and no form's token.
    """
    blank = replace(page, **{word: MARK.format(word) for word in words})
    frame = _frame(template, site(request)["site"], blank)
    filled = [
        escape(getattr(page, part)) if place % 2 else part for place, part in enumerate(frame.parts)
    ]
    return HttpResponse("".join(filled))


@functools.lru_cache(maxsize=MOST)
def _frame(template: str, shared: Site, blank: Any) -> _Frame:
    html = get_template(template).render({"page": blank, "site": shared})
    return _Frame(tuple(MARKED.split(html)))
