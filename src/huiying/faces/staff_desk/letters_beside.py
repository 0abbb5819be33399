"""The letters beside an answer as its pages show them: with their files, as on the case page."""

from collections.abc import Iterable
from dataclasses import dataclass

from huiying.faces.look.files import FileShown, files_shown
from huiying.faces.staff_desk.letter_files import address_of_file
from huiying.replies.reads.beside import Letter


@dataclass(frozen=True, slots=True)
class LetterBeside:
    """One letter, and its files as a list shows them."""

    letter: Letter
    files: list[FileShown]


def letters_beside(letters: Iterable[Letter]) -> list[LetterBeside]:
    """The letters, each with its files."""
    return [LetterBeside(each, files_shown(each.files, address_of_file)) for each in letters]
