"""Names after a cue: 我叫…, 联系人…, before 先生 or a title; "my name is", Mr and Ms.

A name without a cue is not found: Chinese names are made of everyday characters.
"""

import re
from collections.abc import Iterator

from huiying.finding.surnames import (
    ALONE,
    BEFORE,
    CLEAR,
    COMPOUND,
    NEXT_WORD,
    NOT_AFTER_CUE,
    NOT_GIVEN,
    NOT_NAMES,
    TITLES,
    UNCLEAR,
)

type Span = tuple[int, int]

HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
ANY_SURNAME = "|".join([*COMPOUND, f"[{''.join(sorted(CLEAR | UNCLEAR))}]"])
ROLE = "联系人|投诉人|举报人|申诉人|反映人|申请人|上访人|信访人|报料人|求助人|写信人|姓名|署名|落款"
PARTY = "当事人|受害人|负责人|户主|业主|村民|法人|法人代表|代表人"
SAID = re.compile(
    rf"(?:我叫做?|我名叫|我的名字[叫是]|本人名?叫|本人姓名|(?:{ROLE})(?:姓名)?(?:[ ]{{0,2}}:|[是为叫 ])"
    rf"|(?:{PARTY})(?:姓名)?(?:[ ]{{0,2}}:|[为叫]))[ :]{{0,4}}"
    rf"(?P<name>(?:{ANY_SURNAME})[{HAN}]{{1,2}}(?![{HAN}]{{0,4}}[·•])|[{HAN}]{{2,6}}[·•][{HAN}]{{2,8}})"
)
# A weaker cue: only with a family name, and where the name ends with the clause.
WEAK = re.compile(
    rf"(?:我是|名叫|叫做|我系|本人是|本人|{ROLE})[ ]?(?P<name>(?:{ANY_SURNAME})[{HAN}]{{1,2}})"
    r"(?=[ ,.;!()*、]|[男女电手身住系]|今年|$)"
)
SURNAME_SAID = re.compile(rf"(?:我|本人|免贵|敝)姓(?P<name>{ANY_SURNAME})(?![{HAN}]?名)")
FIRST_OF_TITLE = "".join(sorted({title[0] for title in TITLES.split("|")}))
BEFORE_TITLE = re.compile(rf"(?=[{FIRST_OF_TITLE}])(?={TITLES})")
AFTER_TITLE = re.compile(
    rf"(?:{TITLES})[ :]?(?P<name>(?:{ANY_SURNAME})[{HAN}]{{1,2}})(?=[ ,.;:()、]|$)"
)
WORD = r"[A-Z][a-z'’\-]{1,20}"
ENGLISH = re.compile(
    rf"(?<![A-Za-z])(?:(?i:my name is|my name's|i am called|signed by|name ?:|contact(?: person)? ?:)"
    r"[ ]{1,3}"
    rf"|(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Madam|Madame)\.?[ ]{{1,2}})"
    rf"(?P<name>{WORD}(?:[ ]{WORD}|[ ][A-Z]\.?){{0,2}})(?![a-z])"
)
ENGLISH_SMALL = re.compile(
    r"(?<![A-Za-z])(?i:my name is|my name's)[ ]{1,3}"
    r"(?P<name>[a-z'\-]{2,20}(?:[ ](?!and |i |from |of |in |on )[a-z'\-]{2,20})?)(?![a-z])"
)
LATIN = re.compile("[A-Za-z]")
LONGEST = 4
MOST_AGAIN = 50  # more names than any letter holds; it keeps the time linear


def _trimmed(name: str) -> str:
    """Without a last character that begins the next word: 王军今 is 王军."""
    least = 3 if name.startswith(COMPOUND) else 2
    while len(name) > least and name[-1] in NEXT_WORD:
        name = name[:-1]
    return name


def _cued(text: str) -> Iterator[Span]:
    for match in SAID.finditer(text):
        start, name = match.start("name"), _trimmed(match["name"])
        if "·" in name or "•" in name or not set(name[1:]) & NOT_AFTER_CUE:
            yield start, start + len(name)
    for match in WEAK.finditer(text):
        name = match["name"]
        if (name[0] in CLEAR | ALONE or len(name) > 2) and not set(name[1:]) & NOT_GIVEN:
            yield match.span("name")
    patterns = (SURNAME_SAID, ENGLISH, ENGLISH_SMALL) if LATIN.search(text) else (SURNAME_SAID,)
    for pattern in patterns:
        for match in pattern.finditer(text):
            yield match.span("name")


def _is_boundary(character: str) -> bool:
    return not ("\u3400" <= character <= "\u9fff")


def _fits_before(text: str, start: int, name: str) -> bool:
    """Whether what stands before `start` lets a name begin there."""
    if start == 0 or _is_boundary(text[start - 1]):
        return True
    before = text[start - 1]
    if before + name[0] in NOT_NAMES:
        return False
    if name[0] in CLEAR or name.startswith(COMPOUND):
        return True
    # Two characters that may be any word need more than a word before them.
    return len(name) != 2 and (before in BEFORE or (len(name) == 1 and name in ALONE))


def _is_name(name: str) -> bool:
    if name.startswith("谢谢"):  # 谢谢罗书记
        return False
    family = 2 if name.startswith(COMPOUND) else 1
    given = name[family:]
    if len(given) > 2 or any(map(_is_boundary, name)):
        return False
    if family == 1 and name[0] not in CLEAR and name[0] not in UNCLEAR:
        return False
    # 管理费胡厅长 is 胡, not 费胡.
    shorter = name[0] in UNCLEAR and name[-1] in CLEAR and bool(given)
    return not shorter and name not in NOT_NAMES and not set(given) & NOT_GIVEN


def _name_ending(text: str, end: int) -> str:
    """The name that ends at `end`, right before a title; empty where none does. The longest first."""
    for size in range(min(LONGEST, end), 0, -1):
        name = text[end - size : end]
        if _is_name(name) and _fits_before(text, end - size, name):
            return name
    return ""


def _with_title(text: str) -> Iterator[Span]:
    for match in BEFORE_TITLE.finditer(text):
        at = match.start()
        end = at - 1 if at and text[at - 1] == "副" else at
        name = _name_ending(text, end)
        if name:
            yield end - len(name), end
    for match in AFTER_TITLE.finditer(text):
        if not set(match["name"][1:]) & NOT_GIVEN and match["name"][0] in CLEAR:
            yield match.span("name")


def _stands_alone(name: str) -> bool:
    return len(name) > 2 or (len(name) == 2 and name[0] in CLEAR)


def names(text: str) -> Iterator[Span]:
    """Where names stand in `text`, which was folded one to one; the same name again, also without a cue."""
    spans = [*_cued(text), *_with_title(text)]
    yield from spans
    known = sorted({text[start:end] for start, end in spans if _stands_alone(text[start:end])})
    known = known[:MOST_AGAIN]
    if known:
        again = re.compile("|".join(map(re.escape, sorted(known, key=len, reverse=True))))
        yield from (match.span() for match in again.finditer(text))
