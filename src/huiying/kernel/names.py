"""Texts that data carries in each language, `{"zh-hans": "…", "en": "…"}`, and what languages differ in."""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.utils.translation import get_language


def chinese() -> bool:
    """True where the active language is Chinese."""
    return (get_language() or "").startswith("zh")


def localized(texts: Mapping[str, str] | None, language: str | None = None) -> str:
    """The text in `language` (the active one where none is named), else in any that has one."""
    if not texts:
        return ""
    wanted = (language or get_language() or settings.LANGUAGE_CODE).lower()
    for candidate in (wanted, wanted.split("-")[0], settings.LANGUAGE_CODE):
        if texts.get(candidate):
            return texts[candidate]
    return next((text for text in texts.values() if text), "")


def listed(words: Iterable[str]) -> str:
    """Words joined as the language joins them: 甲、乙 · a, b."""
    return ("、" if chinese() else ", ").join(words)


def sentences(*said: str) -> str:
    """Whole sentences one after the other, as the language sets them; empty ones left out."""
    return ("" if chinese() else " ").join(filter(None, said))
