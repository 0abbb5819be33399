"""The variable `site` of every page: who speaks, in which language, to whom."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"


@dataclass(frozen=True, slots=True)
class OtherLanguage:
    code: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Person:
    """The signed-in member of staff; `links` are (label, address, current)."""

    name: str
    unit_name: str
    role_names: list[str]
    links: list[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True)
class Site:
    agency_name: str
    language: str
    other_languages: list[OtherLanguage]
    demo: bool
    person: Person | None
    emergency_numbers: list[str]
    theme: str
    address: str
    view: str


def _other_languages(request: HttpRequest, language: str) -> list[OtherLanguage]:
    """The same page in each other language: only the first part of the address differs."""
    path, query = request.path, request.META.get("QUERY_STRING", "")
    rest = path.removeprefix(f"/{language}/") if path.startswith(f"/{language}/") else ""
    tail = f"?{query}" if query and rest else ""
    return [
        OtherLanguage(code, name, f"/{code}/{rest}{tail}")
        for code, name in settings.LANGUAGES
        if code != language
    ]


def _person(request: HttpRequest) -> Person | None:
    """What the pages show of `request.person`, which a middleware sets; None for a resident."""
    found: Any = getattr(request, "person", None)
    if not found:
        return None
    return Person(found.name, found.unit_name, list(found.role_names), list(found.links))


def site(request: HttpRequest) -> dict[str, Site]:
    """The context processor."""
    language = get_language() or settings.LANGUAGE_CODE
    chosen = request.COOKIES.get(THEME_COOKIE, "auto")
    match = request.resolver_match
    return {
        "site": Site(
            agency_name=settings.AGENCY_NAME.get(language)
            or next(iter(settings.AGENCY_NAME.values())),
            language=language,
            other_languages=_other_languages(request, language),
            demo=settings.DEMO,
            person=_person(request),
            emergency_numbers=list(settings.EMERGENCY_NUMBERS),
            theme=chosen if chosen in THEMES else "auto",
            address=request.get_full_path(),
            view=match.view_name if match else "",
        )
    }
