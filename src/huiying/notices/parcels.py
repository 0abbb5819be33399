"""What a channel takes: one notice, worded and addressed. And what a channel is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """One notice for one address. `name` is random and the same at every try, so that whoever takes it
    twice can tell; `recipient` is the label, for a back end that leads nowhere.
    """

    row: int
    name: str
    kind: str
    channel: str
    recipient: str
    address: str
    language: str
    subject: str
    text: str
    made_at: datetime


class Channel(Protocol):
    """A back end of one channel: takes a parcel for good, or raises.

    `needs_address` is False for one that leads nowhere: its parcels carry the recipient's label. `send`
    returns how many parts were sent (the segments of an SMS). Raises OSError, smtplib.SMTPException,
    http.client.HTTPException or `errors.NotTaken`; the notice is tried again then.
    """

    needs_address: bool

    def send(self, parcel: Parcel) -> int: ...
