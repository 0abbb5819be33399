"""Data names hold one text per language: {"zh-hans": "路灯", "en": "Street lights"}."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language


def localized(names: Any) -> str:
    """The text in the page's language, else in another; a plain string stays itself."""
    if not isinstance(names, Mapping):
        return str(names or "")
    language = get_language() or ""
    return str(names.get(language) or next((text for text in names.values() if text), ""))
