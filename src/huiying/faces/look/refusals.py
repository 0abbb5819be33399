"""The page for an act that was refused."""

from dataclasses import dataclass
from typing import Any

from huiying.kernel.refusals import Refusal


@dataclass(frozen=True, slots=True)
class RefusalPage:
    """`sentence` tells the reader what to do; `code` is for whoever they ask."""

    sentence: str
    code: str
    status: int


def refusal_page(refusal: Refusal) -> tuple[str, dict[str, Any]]:
    """Template and context for `refusal`, in the active language."""
    page = RefusalPage(str(refusal.said), refusal.code, refusal.status)
    return "look/refusal.html", {"page": page}
