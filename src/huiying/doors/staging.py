"""The rows of a batch as they are copied into the importing session's own table.

Everything random or reckoned (labels, codes, commitments, due times) is made here, and the letter's
words are sealed, so that the database only moves rows. The columns stand in one list; `statements` reads
them by name.
"""

import functools
import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huiying.casework.actions.receiving import title_of
from huiying.doors.naming import Placed
from huiying.intake import receipts, vault
from huiying.intake.opening import Words, seal_words
from huiying.kernel import keys
from huiying.kernel.identifiers import random_labels
from huiying.record import commitments

COLUMNS = """
    line integer, source_id text, received_at timestamptz, channel text, sealed bytea,
    wrapped bytea, category_id bigint, category_code text, unit_id bigint, due_at timestamptz,
    entered text, state text, outcome text, answered_at timestamptz, closed_at timestamptz,
    answer text, question text, published_question text, case_title text, label text,
    case_label text, reply_label text, address text, code text, salt bytea, commitment bytea, data text
"""
STEP_COLUMNS = """
    line integer, case_label text, answers boolean, closes boolean,
    salt bytea, commitment bytea, data text
"""
NAMES = tuple(column.split()[0] for column in COLUMNS.split(","))
STEP_NAMES = tuple(column.split()[0] for column in STEP_COLUMNS.split(","))
IMPORTED = "case.imported"
MOVED = "case.import_moved"

type Sealed = tuple[bytes, bytes, str]


@dataclass(frozen=True, slots=True)
class Batch:
    """Letters of one source that are kept in one transaction, no `source_id` twice."""

    source: str
    language: str
    publish: bool
    letters: Sequence[Placed]


def seal(at: datetime, action: str, actor: str, subject: str, data: dict[str, Any]) -> Sealed:
    """Salt, commitment and payload of one entry; see record.commitments."""
    salt = secrets.token_bytes(commitments.SALT_BYTES)
    content = commitments.canonical(at, action, actor, subject, data)
    return salt, commitments.commit(salt, content), json.dumps(data, ensure_ascii=False)


class Seals:
    """`seal` for the entries of a batch, which differ by two labels and a state: the canonical text is
    made once for each state, with a mark for each label.
    """

    CASE, LETTER = "\ue000", "\ue001"  # never in a source's name, and JSON leaves them as they are

    def __init__(self, at: datetime, actor: str, source: str) -> None:
        self._at = at
        self._actor = actor
        self._source = source
        self._texts: dict[str, tuple[str, str]] = {}

    def _of(self, state: str) -> tuple[str, str]:
        data = {"source": self._source, "submission": self.LETTER, "state": state}
        subject = f"case:{self.CASE}"
        content = commitments.canonical(self._at, IMPORTED, self._actor, subject, data)
        return content.decode(), json.dumps(data, ensure_ascii=False)

    def seal(self, case_label: str, label: str, state: str) -> Sealed:
        """Salt, commitment and payload of one entry."""
        texts = self._texts.get(state)
        if texts is None:
            texts = self._texts[state] = self._of(state)
        content = texts[0].replace(self.CASE, case_label).replace(self.LETTER, label)
        salt = secrets.token_bytes(commitments.SALT_BYTES)
        commitment = commitments.commit(salt, content.encode())
        return salt, commitment, texts[1].replace(self.LETTER, label)


def rows(batch: Batch, *, at: datetime, actor: str) -> Iterator[tuple[Any, ...]]:
    """The rows of `import_rows`, in the order of `NAMES`; entries are made at `at` by `actor`."""
    labels = iter(random_labels(4 * len(batch.letters)))
    seals, number = Seals(at, actor, batch.source), keys.newest()
    named = functools.cache(title_of)  # files repeat their titles, and masking costs most of a row
    for placed in batch.letters:
        letter, leaf = placed.letter, placed.leaf
        label, case_label = next(labels), next(labels)
        key = vault.new_key()
        case_title = named(letter.title, "" if letter.title else letter.body)
        salt, commitment, data = seals.seal(case_label, label, letter.state)
        yield (
            letter.line,
            letter.source_id,
            letter.received,
            letter.channel,
            seal_words(key, label, Words(letter.title, letter.body, letter.place, letter.point)),
            vault.wrap(key, number, label),
            leaf.id if leaf else None,
            leaf.code if leaf else "",
            placed.unit_id,
            placed.due,
            letter.entered,
            letter.state,
            letter.outcome,
            letter.answered,
            letter.closed,
            letter.answer,
            letter.question or case_title,
            letter.question or letter.title or letter.body if batch.publish else "",
            case_title,
            label,
            case_label,
            next(labels),
            next(labels),
            receipts.new_code(),
            salt,
            commitment,
            data,
        )
