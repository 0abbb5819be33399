"""The lines in which two files of promises differ, with those around them."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

AROUND = 4  # enough to see the stage and topic of a promise whose amount changed


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of a file: `kind` is same, gone or new."""

    kind: str
    text: str


def differing(before: str, after: str) -> list[list[LineShown]]:
    """Each place where the later file differs, in its order; none where both are the same."""
    earlier, later = before.splitlines(), after.splitlines()
    matcher = SequenceMatcher(None, earlier, later, autojunk=False)
    found = []
    for place in matcher.get_grouped_opcodes(AROUND):
        lines: list[LineShown] = []
        for step, left, left_end, right, right_end in place:
            if step == "equal":
                lines += _shown("same", later[right:right_end])
            else:
                lines += _shown("gone", earlier[left:left_end])
                lines += _shown("new", later[right:right_end])
        found.append(lines)
    return found


def _shown(kind: str, lines: list[str]) -> Iterator[LineShown]:
    return (LineShown(kind, each) for each in lines if each)
