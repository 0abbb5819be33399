"""What all tellers need: names, and codes in words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from huiying.casework.places import Categories, Units
from huiying.intake.states import Channel
from huiying.kernel.names import listed, localized

type Data = dict[str, Any]
type Teller = Callable[[Data, "Words"], str]


@dataclass(frozen=True, slots=True)
class Words:
    """The names that sentences need."""

    units: Units
    categories: Categories

    def unit(self, code: str) -> str:
        return localized(self.units.named(code))

    def listed(self, codes: Iterable[str]) -> str:
        return listed(self.unit(code) for code in codes)


def way(via: str) -> str:
    """The way by which somebody was with a clerk, in words; the code itself where it is not known."""
    return choice(Channel.choices, via)


def choice(choices: Any, code: Any) -> str:
    return str(dict(choices).get(code, code or ""))
