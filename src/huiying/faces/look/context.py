"""The variable `site` of every page: who speaks, in which language, to whom."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from huiying.faces.look.people import Person, person_of
from huiying.kernel.names import localized
from huiying.sample import loading

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"


@dataclass(frozen=True, slots=True)
class OtherLanguage:
    code: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Site:
    """`address` is that of the page, to come back to; empty for the answer to a form. `loading`: how
    many letters of how many a demo has loaded, while it does.
    """

    agency_name: str
    language: str
    other_languages: tuple[OtherLanguage, ...]
    demo: bool
    loading: tuple[str, str] | None
    person: Person | None
    emergency_numbers: tuple[str, ...]
    theme: str
    address: str
    view: str


def _other_languages(request: HttpRequest, language: str) -> tuple[OtherLanguage, ...]:
    """The same page in each other language: only the first part of the address differs.

    None for the answer to a form: its address, asked for again, no longer shows what is on the page.
    """
    if request.method == "POST":
        return ()
    path, query = request.path, request.META.get("QUERY_STRING", "")
    rest = path.removeprefix(f"/{language}/") if path.startswith(f"/{language}/") else ""
    tail = f"?{query}" if query and rest else ""
    return tuple(
        OtherLanguage(code, name, f"/{code}/{rest}{tail}")
        for code, name in settings.LANGUAGES
        if code != language
    )


def _loading() -> tuple[str, str] | None:
    found = loading.progress(settings.DATA) if settings.DEMO else None
    return (f"{found.done:,}", f"{found.whole:,}") if found else None


def site(request: HttpRequest) -> dict[str, Site]:
    """The context processor."""
    language = get_language() or settings.LANGUAGE_CODE
    chosen = request.COOKIES.get(THEME_COOKIE, "auto")
    match = request.resolver_match
    return {
        "site": Site(
            agency_name=localized(settings.AGENCY_NAME),
            language=language,
            other_languages=_other_languages(request, language),
            demo=settings.DEMO,
            loading=_loading(),
            person=person_of(request),
            emergency_numbers=tuple(settings.EMERGENCY_NUMBERS),
            theme=chosen if chosen in THEMES else "auto",
            address="" if request.method == "POST" else request.get_full_path(),
            view=match.view_name if match else "",
        )
    }
