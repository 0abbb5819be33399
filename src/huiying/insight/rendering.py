"""A brief as plain text, as JSON and as one HTML file."""

import json
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from huiying.insight.document import Breakdown, Document, Link, Section, document
from huiying.insight.figures import SUMS
from huiying.insight.reads import DailyBrief

FORMAT = "huiying-brief/1"
STYLE = """
body { font: 16px/1.6 system-ui, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif;
  max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1d2125; background: #fff; }
h1 { margin-bottom: 0; } h2 { margin-top: 2rem; border-bottom: 1px solid #c8ced4; }
dl { display: grid; grid-template-columns: auto auto; justify-content: start; gap: .2rem 1.5rem; }
dd { margin: 0; font-weight: 600; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; padding: .2rem .6rem .2rem 0; border-bottom: 1px solid #e3e6e9; }
td { font-variant-numeric: tabular-nums; }
"""


def as_json(brief: DailyBrief) -> str:
    """The figures under stable keys (docs/brief.md lists them), the same in every language."""
    head = brief.brief
    said: dict[str, Any] = {
        "format": FORMAT,
        "date": head.day.isoformat(),
        "until": f"{head.until:%H:%M}",
        "zone": head.zone,
        "starts_at": head.starts_at.isoformat(),
        "ends_at": head.ends_at.isoformat(),
        "version": head.version,
        "versions": len(brief.versions),
        "computed_at": head.computed_at.isoformat(),
        "sha256": head.digest,
        "cases": head.line_count,
        "scope": list(brief.scope),
        "figures": brief.totals,
        "sums": [{"whole": whole, "parts": list(parts)} for whole, parts in SUMS],
        "parts": _parts(brief),
        "on_time": {
            "numerator": brief.totals["answered_on_time"],
            "denominator": brief.totals["settled"],
            "in_denominator": {
                key: brief.totals[key]
                for key in ("answered_on_time", "answered_late", "withdrawn_first", "joined_late")
            },
            "apart": {
                key: brief.totals[key]
                for key in ("answered_again", "declined", "closed_unanswered")
            },
        },
    }
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def _parts(brief: DailyBrief) -> dict[str, dict[str, dict[str, int]]]:
    """Every split of every figure, with "none" for the part without a key."""
    split = {figure: dict(dimensions) for figure, dimensions in brief.parts.items()}
    for figure in brief.totals:
        by_unit = {code: totals[figure] for code, totals in brief.by_unit.items()}
        split.setdefault(figure, {})["unit"] = by_unit
    return {
        figure: {
            dimension: {key or "none": number for key, number in sorted(keys.items()) if number}
            for dimension, keys in dimensions.items()
            if any(keys.values())
        }
        for figure, dimensions in split.items()
        if any(any(keys.values()) for keys in dimensions.values())
    }


def as_text(brief: DailyBrief) -> str:
    """Plain lines, good to read aloud."""
    paper = document(brief)
    lines = [f"{paper.agency} {paper.title}", paper.day, paper.period, paper.scope]
    if paper.counted_again:
        lines.append(paper.counted_again)
    for place, section in enumerate(paper.sections, start=1):
        lines += ["", _("%(place)d. %(title)s") % {"place": place, "title": section.title}]
        lines += _section_lines(section)
    if paper.changes:
        lines += ["", _("Counted again, and other than before:"), *paper.changes]
    return "\n".join([*lines, "", *paper.method]) + "\n"


def _section_lines(section: Section) -> list[str]:
    lines = [
        _("%(label)s: %(said)s.") % {"label": amount.label, "said": amount.said}
        for amount in section.amounts
    ]
    lines += [_breakdown_line(breakdown) for breakdown in section.breakdowns if breakdown.whole]
    return [*lines, *section.sentences]


def _breakdown_line(breakdown: Breakdown) -> str:
    parts = _("; ").join(
        _("%(label)s %(number)d") % {"label": part.label, "number": part.number}
        for part in breakdown.parts
        if part.number
    )
    return _("%(label)s: %(said)s.") % {"label": breakdown.label, "said": parts}


def as_html(brief: DailyBrief, link: Link | None = None) -> str:
    """One HTML file that needs nothing else; numbers link to their cases where `link` gives an address."""
    paper: Document = document(brief, link)
    body = render_to_string("insight/_brief.html", {"paper": paper})
    return format_html(
        '<!doctype html>\n<html lang="{}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>{} · {}</title><style>{}</style></head>\n<body>{}</body></html>\n",
        get_language() or "",
        paper.title,
        paper.day,
        SafeString(STYLE),
        body,
    )
