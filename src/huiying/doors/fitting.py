"""Turning one record into a past letter, or saying why it does not fit."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from huiying.casework.states import AT_UNIT, OPEN, Outcome, State
from huiying.doors.cells import UNREADABLE
from huiying.doors.errors import FileRefused, Unfit
from huiying.doors.mapping import ALLOWED, MOMENTS, OPEN_WORD, Mapping, Target
from huiying.doors.moments import ReadMoment, not_before, reader
from huiying.intake.letters import LONGEST_BODY, LONGEST_PLACE, LONGEST_TITLE
from huiying.intake.states import Channel

LONGEST = {
    "id": 100,
    "title": LONGEST_TITLE,
    "body": LONGEST_BODY,
    "place": LONGEST_PLACE,
    "question": LONGEST_BODY,
    "answer": LONGEST_BODY,
    "category": 200,
    "unit": 200,
}
BETWEEN = " · "  # where several columns make one text

type ReadText = Callable[[Sequence[str]], str]


class PastLetter(NamedTuple):
    """A row as it will be kept. `category` and `unit` are the file's own words for them.

    `entered` is the state in which it came into our books before it was answered or closed.
    """

    line: int
    source_id: str
    title: str
    body: str
    place: str
    channel: str
    category: str
    unit: str
    received: datetime
    due: datetime | None
    entered: str
    state: str
    outcome: str
    answered: datetime | None
    closed: datetime | None
    answer: str
    question: str
    point: tuple[float, float] | None = None  # latitude and longitude, in degrees


class Fitting:
    """Reads records with the columns of `header` by a map; `now` bounds what can have happened."""

    def __init__(self, mapping: Mapping, header: Sequence[str], now: datetime) -> None:
        self._mapping = mapping
        self._now = now
        self._places = _places(mapping, header)
        self._used = [self._places[name] for name in mapping.columns]
        self._names = mapping.columns
        self._point = [self._places[name] for name in mapping.point or ()]
        self._texts = {
            name: self._reader_of(name, target)
            for name, target in mapping.targets.items()
            if name not in MOMENTS
        }
        self._moments = {
            name: (
                self._reader_of(name, target),
                reader(_said(target), target.format, mapping.zone),
            )
            for name, target in mapping.targets.items()
            if name in MOMENTS
        }

    def _reader_of(self, name: str, target: Target) -> ReadText:
        places = [self._places[column] for column in target.columns]
        plain = _constant(target.constant) if target.constant else _joined(places, target.empty)
        if name == "body" and len(places) == 1:
            plain = _as_received(places[0], target.empty)
        if target.only_with:
            plain = _only_with(self._places[target.only_with], plain)
        listed = _listed(name, target, plain) if target.values or target.starts else plain
        longest = LONGEST.get(name)
        return listed if longest is None else _bounded(listed, longest, _said(target))

    def _text(self, name: str, fields: Sequence[str], default: str = "") -> str:
        read = self._texts.get(name)
        return read(fields) or default if read else default

    def _moment(self, name: str, fields: Sequence[str]) -> datetime | None:
        found: tuple[ReadText, ReadMoment] | None = self._moments.get(name)
        text = found[0](fields) if found else ""
        return found[1](text) if found and text else None

    def fit(self, line: int, fields: Sequence[str]) -> PastLetter:
        """The letter in this record; raises Unfit with the reason."""
        self._check_characters(fields)
        answer, unit = self._text("answer", fields), self._text("unit", fields)
        received, answered, closed = self._times(fields, answer)
        state = self._state(fields, answer, closed, unit)
        letter = PastLetter(
            line=line,
            source_id=self._needed("id", fields),
            title=self._text("title", fields),
            body=self._needed("body", fields),
            place=self._text("place", fields),
            channel=self._text("channel", fields, Channel.OTHER),
            category=self._text("category", fields),
            unit=unit,
            received=received,
            due=self._moment("due", fields),
            entered=_entered(state, unit),
            state=state,
            outcome=self._text("outcome", fields, Outcome.EXPLAINED),
            answered=answered,
            closed=closed,
            answer=answer,
            question=self._text("question", fields),
            point=point_of(*(fields[place] for place in self._point)) if self._point else None,
        )
        return _checked(letter)

    def _times(
        self, fields: Sequence[str], answer: str
    ) -> tuple[datetime, datetime | None, datetime | None]:
        """When it was received, answered (where there is an answer) and closed."""
        received = self._moment("received", fields)
        if received is None:
            raise Unfit("the date of receipt is missing")
        self._not_in_future("received", received)
        closed = self._past("closed", fields, received, "closed before it was received")
        answered = self._past("answered", fields, received, "answered before it was received")
        if answered and closed and closed < answered:
            raise Unfit("closed before it was answered")
        return received, (answered or closed) if answer else None, closed

    def _state(self, fields: Sequence[str], answer: str, closed: datetime | None, unit: str) -> str:
        by_times = State.CLOSED if closed else State.ANSWERED if answer else OPEN_WORD
        said = self._text("state", fields) or by_times
        state = self._mapping.open_state if said == OPEN_WORD else said
        # Nobody has it as far as the file says: the desk does.
        return State.RECEIVED if state in AT_UNIT and not unit else state

    def _needed(self, name: str, fields: Sequence[str]) -> str:
        text = self._texts[name](fields)
        if not text:
            raise Unfit(f"{_said(self._mapping.targets[name])}: empty")
        return text

    def _past(
        self, name: str, fields: Sequence[str], received: datetime, reason: str
    ) -> datetime | None:
        moment = self._moment(name, fields)
        if moment is None:
            return None
        self._not_in_future(name, moment)
        moment = not_before(moment, received, self._mapping.zone)
        if moment < received:
            raise Unfit(reason)
        return moment

    def _not_in_future(self, name: str, moment: datetime) -> None:
        if moment > self._now:
            raise Unfit(f"{_said(self._mapping.targets[name])}: the date lies in the future")

    def _check_characters(self, fields: Sequence[str]) -> None:
        used = "\x1f".join([fields[place] for place in self._used])
        if "\0" in used:
            name = self._first_with(fields, _has_null)
            reason = UNREADABLE.get(fields[self._places[name]], "a null byte")
            raise Unfit(f"{name}: {reason}")
        if not used.isascii() and not _encodes(used):
            name = self._first_with(fields, lambda text: not _encodes(text))
            raise Unfit(f"{name}: bytes that do not belong to the file's encoding")

    def _first_with(self, fields: Sequence[str], wrong: Callable[[str], bool]) -> str:
        return next(name for name in self._names if wrong(fields[self._places[name]]))


def _has_null(text: str) -> bool:
    return "\0" in text


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _entered(state: str, unit: str) -> str:
    if state in OPEN:
        return state
    return State.IN_PROGRESS if unit else State.RECEIVED


def point_of(latitude: str, longitude: str) -> tuple[float, float] | None:
    """None for what is no place on earth; a row of zeros stands for an unknown one."""
    try:
        north, east = float(latitude), float(longitude)
    except ValueError:
        return None
    there = abs(north) <= 90 and abs(east) <= 180
    return (north, east) if there and (north or east) else None


def _said(target: Target) -> str:
    return " + ".join(target.columns)


def _places(mapping: Mapping, header: Sequence[str]) -> dict[str, int]:
    """Where each column stands; raises FileRefused for a missing, double or unnamed one."""
    if len(set(header)) != len(header):
        twice = sorted({name for name in header if header.count(name) > 1})
        raise FileRefused(f"Columns that are there twice: {', '.join(twice)}.")
    missing = [name for name in mapping.columns if name not in header]
    if missing:
        raise FileRefused(f"Columns that the map names and the file lacks: {', '.join(missing)}.")
    return {name: place for place, name in enumerate(header)}


def _constant(text: str) -> ReadText:
    return lambda _fields: text


def _joined(places: list[int], empty: frozenset[str]) -> ReadText:
    if len(places) == 1:
        place = places[0]

        def one(fields: Sequence[str]) -> str:
            text = fields[place].strip()
            return "" if text in empty else text

        return one

    def several(fields: Sequence[str]) -> str:
        texts: dict[str, None] = {}
        for place in places:
            text = fields[place].strip()
            if text and text not in empty:
                texts[text] = None
        return BETWEEN.join(texts)

    return several


def _as_received(place: int, empty: frozenset[str]) -> ReadText:
    def read(fields: Sequence[str]) -> str:
        text = fields[place]
        return "" if not text.strip() or text.strip() in empty else text

    return read


def _only_with(place: int, plain: ReadText) -> ReadText:
    return lambda fields: plain(fields) if fields[place].strip() else ""


def _listed(name: str, target: Target, plain: ReadText) -> ReadText:
    closed_list = name in ALLOWED
    values, starts, otherwise = dict(target.values), target.starts, target.otherwise

    def read(fields: Sequence[str]) -> str:
        text = plain(fields)
        if text in values:
            return values[text]
        for start, value in starts:
            if text.startswith(start):
                return value
        if otherwise is not None:
            return otherwise
        if closed_list and text:
            raise Unfit(f"{_said(target)}: a value that the map does not list")
        return text

    return read


def _bounded(plain: ReadText, longest: int, said: str) -> ReadText:
    def read(fields: Sequence[str]) -> str:
        text = plain(fields)
        if len(text) > longest:
            raise Unfit(f"{said}: longer than {longest:,} characters")
        return text

    return read


def _checked(letter: PastLetter) -> PastLetter:
    if letter.state in OPEN and (letter.answer or letter.closed):
        raise Unfit("open by its state, but answered or closed by its time or text")
    if letter.state == State.CLOSED and letter.closed is None:
        raise Unfit("closed, but the time of closing is missing")
    if letter.state == State.ANSWERED and not letter.answer:
        raise Unfit("answered, but the answer is missing")
    if letter.answer and letter.answered is None:
        raise Unfit("there is an answer, but not when it was given")
    return letter
