"""Links between the numbered pages of a list."""

from django.http import HttpRequest

from huiying.kernel.paging import read_page


def number_of(request: HttpRequest) -> int:
    """The page that was asked for."""
    return read_page(request.GET.get("page", ""))


def beside(request: HttpRequest, *, more: bool) -> tuple[str, str]:
    """The addresses of the page before and the page after, empty where there is none."""
    here = number_of(request)

    def address(number: int) -> str:
        asked = request.GET.copy()
        asked["page"] = str(number)
        return f"?{asked.urlencode()}"

    return address(here - 1) if here > 1 else "", address(here + 1) if more else ""
