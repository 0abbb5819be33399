"""Hints towards plain words, for who writes an answer and who checks it. They never stop anybody.

Pure: a text in, places in it out. Offsets count characters of the text as it was handed in.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from huiying.replies.plain_words import (
    KNOWN_LETTERS,
    OFFICIALESE_EN,
    OFFICIALESE_ZH,
    SHORT_FORMS_ZH,
)
from huiying.replies.words import Words

LONG_SENTENCE = "long_sentence"
OFFICIALESE = "officialese"
ABBREVIATION = "abbreviation"
HEAVY_VERB = "heavy_verb"
NOUN_CHAIN = "noun_chain"

# Own limits: what a tired reader takes in on a telephone without going back.
MOST_CHARACTERS = 60
MOST_WORDS = 28
MOST_SHOWN = 12
EXCERPT = 24
CHAINED = 4  # so many 的 in one clause

HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
HAN_CHARACTER = re.compile(f"[{HAN}]")
LATIN_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
SENTENCE = re.compile(r"[^。！？；!?;\n.]+(?:\.(?!\s|$)[^。！？；!?;\n.]*)*")
CLAUSE = re.compile(r"[^，。！？；：、,!?;:\n]+")
CAPITALS = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2,6}(?![A-Za-z0-9])")


def _any_of(phrases: dict[str, str]) -> str:
    return "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))


PHRASES_ZH = re.compile(_any_of(OFFICIALESE_ZH))
PHRASES_EN = re.compile(rf"\b(?:{_any_of(OFFICIALESE_EN)})\b", re.IGNORECASE)
SHORT_ZH = re.compile(_any_of(SHORT_FORMS_ZH))
HEAVY_ZH = re.compile(
    r"(?:进行|予以|加以|给予|开展|作出)了?"
    r"(调查|检查|清理|维修|修理|处理|整治|核实|答复|回复|解释|说明|安装|更换|拆除|巡查|登记|补偿|处罚)"
)
HEAVY_EN = re.compile(
    r"\b(?:carr(?:y|ied|ies) out|conduct(?:ed|s)?|perform(?:ed|s)?|undert(?:ake|ook|aken)) "
    r"(?:an?|the) ([a-z]{3,20}(?:tion|ment|sion|ance|al))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Hint:
    """A place `start:end` in a text. `instead` is what a neighbour would say, `size` how long a
    sentence is (words in Latin script, characters in Chinese), `times` how often the words occur.
    """

    kind: str
    start: int
    end: int
    found: str
    instead: str = ""
    size: int = 0
    times: int = 1


def _at(kind: str, match: re.Match[str], instead: str = "") -> Hint:
    return Hint(kind, match.start(), match.end(), match.group(), instead)


def _long_sentences(text: str) -> Iterator[Hint]:
    for match in SENTENCE.finditer(text):
        sentence = match.group()
        characters = len(HAN_CHARACTER.findall(sentence))
        words = len(LATIN_WORD.findall(HAN_CHARACTER.sub(" ", sentence)))
        chinese = characters >= words
        size, most = (characters, MOST_CHARACTERS) if chinese else (words, MOST_WORDS)
        if size > most:
            yield replace(_at(LONG_SENTENCE, match), size=size)


def _officialese(text: str) -> Iterator[Hint]:
    for match in PHRASES_ZH.finditer(text):
        yield _at(OFFICIALESE, match, OFFICIALESE_ZH[match.group()])
    for match in PHRASES_EN.finditer(text):
        yield _at(OFFICIALESE, match, OFFICIALESE_EN.get(match.group().lower(), ""))


def _abbreviations(text: str) -> Iterator[Hint]:
    """Capitals that no brackets explain, and short forms whose full words never appear."""
    for match in CAPITALS.finditer(text):
        letters = match.group()
        marks = (f"({letters})", f"（{letters}）", f"{letters} (", f"{letters}(", f"{letters}（")
        if letters not in KNOWN_LETTERS and not any(mark in text for mark in marks):
            yield _at(ABBREVIATION, match)
    for match in SHORT_ZH.finditer(text):
        full = SHORT_FORMS_ZH[match.group()]
        if full not in text:
            yield _at(ABBREVIATION, match, full)


def _heavy_verbs(text: str) -> Iterator[Hint]:
    for match in HEAVY_ZH.finditer(text):
        yield _at(HEAVY_VERB, match, match.group(1))
    for match in HEAVY_EN.finditer(text):
        yield _at(HEAVY_VERB, match)


def _noun_chains(text: str) -> Iterator[Hint]:
    for match in CLAUSE.finditer(text):
        if match.group().count("的") >= CHAINED:
            yield _at(NOUN_CHAIN, match)


def hints(text: str) -> list[Hint]:
    """Every place in `text` that could be plainer, in reading order. Never raises."""
    finders = (_long_sentences, _officialese, _abbreviations, _heavy_verbs, _noun_chains)
    found = [hint for finder in finders for hint in finder(text)]
    heavy = [(hint.start, hint.end) for hint in found if hint.kind == HEAVY_VERB]
    kept = [
        hint
        for hint in found
        if hint.kind != OFFICIALESE
        or not any(start <= hint.start and hint.end <= end for start, end in heavy)
    ]
    return sorted(kept, key=lambda hint: (hint.start, hint.end, hint.kind))


@dataclass(frozen=True, slots=True)
class Advice:
    """What stands beside a text: the first `MOST_SHOWN` hints, the same words once, and how many more."""

    hints: tuple[Hint, ...]
    more: int


def _excerpt(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1]}…"


def advice(words: Words) -> Advice:
    """The hints on what readers of an answer will read: its title, the question and the text."""
    once: dict[tuple[str, str], Hint] = {}
    for text in (words.title, words.question, words.text):
        for hint in hints(text):
            key = (hint.kind, hint.found.lower())
            first = once.get(key)
            once[key] = replace(first, times=first.times + 1) if first else hint
    shown = [replace(hint, found=_excerpt(hint.found)) for hint in once.values()]
    return Advice(tuple(shown[:MOST_SHOWN]), max(len(shown) - MOST_SHOWN, 0))
