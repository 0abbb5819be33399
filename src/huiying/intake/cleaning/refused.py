"""Why a file was not taken: one word, from the process that looked at it to the one that tells."""

from enum import StrEnum


class Problem(StrEnum):
    DAMAGED = "damaged"
    MANY_PIXELS = "many_pixels"
    TOO_HEAVY = "too_heavy"
    ENCRYPTED = "encrypted"
    MANY_PAGES = "many_pages"
    PICTURE_INSIDE = "picture_inside"
    POINTS_OUTSIDE = "points_outside"


class Refused(Exception):
    """`problem` is what the sender is told."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem
