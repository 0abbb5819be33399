"""Where somebody lives, kept from a text that everybody will read: doors go, towns and roads stay.

Pure, and linear in the length of the text: every pattern is bounded. It covers how addresses are usually
written in Chinese and English, not every way in which a place can be told.
"""

import re

from huiying.finding.folding import one_to_one
from huiying.finding.masking import MARK, mask

_NUMERALS = "0-9A-Za-z一二三四五六七八九十百零〇"
_NUMBER = rf"(?<![{_NUMERALS}])[{_NUMERALS}]{{1,6}}(?:-[0-9]{{1,4}}){{0,2}} ?"
_INSIDE = rf"[{_NUMERALS}]{{1,6}} ?(?:号楼|号院|号房|号|楼栋|栋|幢|座|单元|层|楼|室|户|门|弄)"
# A house number stands after a road or a settlement ("人民路18号"), what is inside one anywhere.
_DOOR = re.compile(
    rf"(?:{_NUMBER}(?:号楼|号院|楼栋|栋|幢|单元|弄)|(?<=[路街巷弄村组道里园苑区城湾庄屯]){_NUMBER}号(?!线)"
    rf"|(?<![{_NUMERALS}])[0-9]{{3,4}} ?室)(?: ?{_INSIDE}){{0,4}}"
    r"|(?<![0-9-])[0-9]{1,3}-[0-9]{1,2}-[0-9]{2,4}(?![0-9-])"
)
_ROAD = r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Court|Square)"
_ENGLISH_DOOR = re.compile(
    r"\b(?i:apt|apartment|flat|unit|room|suite|house|building|block)\.? ?(?:(?i:no)\.? ?|#)?"
    r"[0-9]{1,5}[A-Za-z]?\b"
    rf"|\b[0-9]{{1,5}}[A-Za-z]?(?=,? (?:[A-Z][A-Za-z'.-]{{0,30}} ){{1,3}}{_ROAD}\b)"
)
_TOWN = re.compile("[\u4e00-\u9fff]{1,20}?(?:街道|苏木|镇|乡)")
_CHINESE_ROAD = re.compile("[\u4e00-\u9fff]{1,20}?(?:大道|公路|国道|省道|路|街|巷)")
_ABOVE_ROAD = re.compile("^.*(?:县|区|市|旗|街道|苏木|镇|乡|[在到从由沿于])(?=.{2})")
_ENGLISH_ROAD = re.compile(rf"\b(?:[A-Z][A-Za-z'.-]{{0,30}} ){{1,3}}{_ROAD}\b")
_DISTRICT = re.compile("[\u4e00-\u9fff]{1,20}?(?:县|区|市|旗)")
_ENGLISH_PLACE = re.compile(
    rf"\b(?:[A-Z][A-Za-z'.-]{{0,30}} ){{1,3}}(?:{_ROAD}|Town|Township|Village|District|County)\b"
)


def without_doors(text: str) -> str:
    """`text` with a mark in the place of house, building, staircase and room numbers."""
    plain = one_to_one(text)
    spans = sorted(
        match.span() for pattern in (_DOOR, _ENGLISH_DOOR) for match in pattern.finditer(plain)
    )
    parts, at = [], 0
    for start, end in spans:
        if start >= at:
            parts += [text[at:start], MARK]
            at = end
    return "".join([*parts, text[at:]])


def for_everybody(text: str) -> str:
    """`text` as everybody may read it: what says who somebody is and at which door they live is covered."""
    return without_doors(mask(text))


def road(text: str) -> str:
    """The first road that a text names, without the town before it; empty for none."""
    found = _CHINESE_ROAD.search(one_to_one(text))
    if found:
        return _ABOVE_ROAD.sub("", found.group())
    english = _ENGLISH_ROAD.search(text)
    return english.group() if english else ""


def coarse(place: str) -> str:
    """The town of a place, else its road, else its district; empty where none of them is told."""
    for pattern in (_TOWN, _CHINESE_ROAD, _DISTRICT, _ENGLISH_PLACE):
        found = pattern.search(place)
        if found:
            return mask(found.group())
    return ""
