"""What in a text says who somebody is: numbers of fixed form, and names after a cue.

Pure. Linear in the length of the text: every pattern is bounded. Beside Chinese, `\\b` means nothing
(a character is a word character), so ASCII classes and lookarounds stand in its place.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from stdnum import luhn
from stdnum.cn import ric

from huiying.finding.folding import NUMERALS, one_to_one, with_numerals
from huiying.finding.naming import names

MARK = "█"

GAP = r"[ \-]{0,2}"
# Between whole groups of digits, where it cannot be taken for a decimal or a list of small numbers.
APART = r"(?: {1,4}| {0,2}[\-./·•|]{1,2} {0,2})"
DIGITS = "(?<![0-9])"
END = "(?![0-9])"


def _grouped(start: str, *layouts: str, last: str = "") -> str:
    """Alternatives for a number that begins with `start`, in groups: "344" is 3, 4 and 4 digits."""
    ways = []
    for layout in layouts:
        first, *rest = (int(length) for length in layout)
        groups = [f"[0-9]{{{first - 1}}}", *(f"[0-9]{{{length}}}" for length in rest)]
        if last:
            groups[-1] = f"[0-9]{{{rest[-1] - 1}}}{last}"
        ways.append(APART.join(groups))
    return f"{start}(?:{'|'.join(ways)})"


@dataclass(frozen=True, slots=True)
class Masked:
    """`kind` is what stands at `start:end`: mobile, landline, identity, card, plate, mail, passport,
    account, name or, in the index alone, number.
    """

    kind: str
    start: int
    end: int


MOBILE = re.compile(
    rf"(?<![0-9])(?:(?:\+|00)?86{GAP}|\(\+?86\){GAP})?1{GAP}[3-9](?:{GAP}[0-9]){{9}}{END}"
    rf"|{DIGITS}{_grouped('1(?=[3-9])', '344', '443', '434', '335', '74', '32222')}{END}"
    rf"|{DIGITS}1[3-9][0-9] {{0,2}}[\-/|] {{0,2}}[0-9]{{8}}{END}"
)
LANDLINE = re.compile(
    rf"{DIGITS}(?:\(0[0-9]{{2,3}}\)|0[0-9]{{2,3}}){GAP}[0-9](?:{GAP}[0-9]){{6,7}}{END}"
    rf"|{DIGITS}(?:\(0[0-9]{{2,3}}\)|0[0-9]{{2,3}}){APART}[0-9]{{3,4}}(?:{APART})?[0-9]{{4}}{END}"
)
SAID_PHONE = re.compile(
    r"(?:电话|座机|固话|手机|热线|致电|拨打|(?i:phone|tel|telephone|call))"
    r"[^0-9\n]{0,6}([2-9][0-9]{2,3}(?: {0,2}[\-./·•]? {0,2})[0-9]{4})(?![0-9])"
)
IDENTITY = re.compile(
    rf"{DIGITS}(?:[1-9](?:{GAP}[0-9]){{16}}{GAP}[0-9Xx]"
    rf"|{_grouped('[1-9]', '684', '6444', '64224', '44442', '33444', last='[0-9Xx]')})(?![0-9A-Za-z])"
)
OLD_IDENTITY = re.compile(rf"{DIGITS}[1-9][0-9]{{14}}{END}")
CARD = re.compile(
    rf"{DIGITS}(?:[3-9](?:{GAP}[0-9]){{14,18}}|{_grouped('[3-9]', '44443', '44442', '44441', '4444', '465')})"
    rf"{END}"
)
PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-HJ-NP-Za-hj-np-z][ ·•.\-/]{0,3}"
    r"((?:[A-HJ-NP-Za-hj-np-z0-9][ ]?){4,5}[A-HJ-NP-Za-hj-np-z0-9挂学警港澳领])(?![A-Za-z0-9])"
)
MAIL = re.compile(
    r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64} ?@ ?[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,4}"
)
PASSPORT = re.compile(
    r"(?<![A-Za-z0-9])(?:[EeGg][0-9]{8}|[Ee][A-HJ-NP-Za-hj-np-z][0-9]{7}|[DdSsPpKk][A-Za-z]?[0-9]{7,8}"
    r"|[HhMm][0-9]{8}(?:[0-9]{2})?)(?![A-Za-z0-9])"
)
SAID_PASSPORT = re.compile(
    r"(?:护照|通行证|(?i:passport))[^A-Za-z0-9\n]{0,6}(?:(?i:number|no\.?|is)[ :]{0,2}){0,2}"
    r"([A-Za-z]{0,2}[0-9]{6,9})(?![A-Za-z0-9])"
)
ACCOUNT = re.compile(
    r"(?:(?i:qq)[^A-Za-z0-9\n]{0,5}([1-9][0-9]{4,10})"
    r"|(?:微信(?!公众|群|平台|支付|小程序)|(?i:wechat|weixin))[^A-Za-z0-9\n]{0,5}([A-Za-z][A-Za-z0-9_\-]{5,19}))(?![A-Za-z0-9])"
)
LONG_NUMBER = re.compile(rf"{DIGITS}[0-9]{{7,}}{END}")
NOT_DIGIT = re.compile("[^0-9Xx]")


def _bare(text: str) -> str:
    return NOT_DIGIT.sub("", text).upper()


def _is_day(digits: str) -> bool:
    """Whether eight digits are a day on which somebody alive or named in a letter was born."""
    try:
        return 1880 <= date.fromisoformat(digits).year <= 2100
    except ValueError:
        return False


def _is_identity(text: str) -> bool:
    """By its check digit; one mistyped digit does not make it anything else, so the day is enough."""
    number = _bare(text)
    return _is_day(number[6:14]) or (
        number[:-1].isdigit() and ric.calc_check_digit(number) == number[-1]
    )


def _is_old_identity(text: str) -> bool:
    return _is_day("19" + text[6:12])


def _is_card(text: str) -> bool:
    number = _bare(text)
    return number.isdigit() and len(set(number)) > 1 and luhn.is_valid(number)


def _is_plate(text: str) -> bool:
    """At least three of its characters are digits: the law allows two letters behind the first."""
    return sum(character.isdigit() for character in text) >= 3


# Without a letter, an @ or three digits none of the patterns below fits: most lines end here.
PERHAPS = re.compile("[@A-Za-z]|[0-9][^0-9]*[0-9][^0-9]*[0-9]")
_N = f"[0-9{''.join(NUMERALS)}]"
PERHAPS_IN_NUMERALS = re.compile(rf"[@A-Za-z]|{_N}.*?{_N}.*?{_N}", re.DOTALL)

type Test = Callable[[str], bool]
PATTERNS: tuple[tuple[str, re.Pattern[str], Test | None], ...] = (
    ("mail", MAIL, None),
    ("identity", IDENTITY, _is_identity),
    ("identity", OLD_IDENTITY, _is_old_identity),
    ("card", CARD, _is_card),
    ("mobile", MOBILE, None),
    ("landline", LANDLINE, None),
    ("landline", SAID_PHONE, None),
    ("plate", PLATE, _is_plate),
    ("passport", PASSPORT, None),
    ("passport", SAID_PASSPORT, None),
    ("account", ACCOUNT, None),
)


def _spelled(text: str) -> Iterator[Masked]:
    if not PERHAPS.search(text):
        return
    for kind, pattern, test in PATTERNS:
        for match in pattern.finditer(text):
            group = match.lastindex if match.lastindex and kind != "plate" else 0
            if test is None or test(match.group()):
                yield Masked(kind, *match.span(group))


def _apart(found: list[Masked]) -> list[Masked]:
    """In reading order, without those that begin inside another; the longest of those at one place."""
    kept: list[Masked] = []
    for each in sorted(found, key=lambda one: (one.start, -one.end)):
        if kept and each.start < kept[-1].end:
            if each.end > kept[-1].end:
                kept[-1] = Masked(kept[-1].kind, kept[-1].start, each.end)
            continue
        kept.append(each)
    return kept


def find(text: str) -> list[Masked]:
    """Everything in `text` that says who somebody is, in reading order, none overlapping."""
    return _found_in(one_to_one(text))


def _found_in(plain: str) -> list[Masked]:
    found = list(_spelled(plain))
    if PERHAPS_IN_NUMERALS.search(plain):
        numerals = with_numerals(plain)
        if numerals != plain:
            found += _spelled(numerals)
    found += [Masked("name", start, end) for start, end in names(plain)]
    return _apart(found)


def _long_numbers(text: str) -> Iterator[Masked]:
    """Other numbers of seven digits and more, days apart: nothing in a search needs them."""
    for match in LONG_NUMBER.finditer(text):
        if not (len(match.group()) == 8 and _is_day(match.group())):
            yield Masked("number", *match.span())


def hidden_in(text: str) -> list[int]:
    """Where everything that `find` finds and every long number begins and ends, one place after another."""
    plain = one_to_one(text)
    found = _apart([*_found_in(plain), *_long_numbers(plain)])
    return [place for each in found for place in (each.start, each.end)]


def hide(text: str, hidden: Sequence[int]) -> str:
    """`text` with a mark in each of the places that `hidden_in` gave."""
    if not hidden:
        return text
    parts, at = [], 0
    for start, end in zip(hidden[::2], hidden[1::2], strict=True):
        parts += [text[at:start], MARK]
        at = end
    return "".join([*parts, text[at:]])


def mask(text: str) -> str:
    """`text` with a mark in the place of everything that `find` finds and of every long number."""
    return hide(text, hidden_in(text))


def looks_like_somebody(query: str) -> bool:
    """Whether a search for this could only be a search for a person."""
    plain = with_numerals(one_to_one(query))
    if "@" in plain or find(query):
        return True
    digits = re.sub(r"[ .\-()+/·•|]", "", plain)
    return any(
        not (len(match.group()) == 8 and _is_day(match.group()))
        for match in LONG_NUMBER.finditer(digits)
    )
