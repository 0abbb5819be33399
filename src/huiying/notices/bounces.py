"""Reading mails that came back: delivery reports by RFC 3464, known by the address they came back to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from email.utils import getaddresses

from huiying.notices.return_paths import notice_at

# Where mail servers note for whom a message came.
CAME_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
MOST_ADDRESSES = 20
STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\d)")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail of ours that could not be delivered, for good."""

    notice: int
    status: str


class Unreadable(Exception):
    """A mail that cannot be taken apart; the text is the class of the error, never what stands in it."""


def bounce_in(content: bytes) -> Bounce | None:
    """What a mail says of one of ours that came back; None for every other mail. Raises Unreadable.

    Auto-replies, delays and reports of success say nothing of a failure; a report that did not come back
    to the return path of a message is nobody's.
    """
    try:
        mail = message_from_bytes(content, policy=compat32)
        status = _final_status(mail)
        addresses = list(_came_to(mail)) if status else []
    except Exception as error:  # noqa: BLE001 - parts in parts to any depth, and whatever else is made up
        raise Unreadable(type(error).__name__) from None
    if status is None:
        return None
    for address in addresses:
        notice = notice_at(address)
        if notice is not None:
            return Bounce(notice, status)
    return None


def _came_to(mail: Message) -> Iterator[str]:
    headers = [str(value) for name in CAME_TO for value in mail.get_all(name, [])]
    for _name, address in getaddresses(headers)[:MOST_ADDRESSES]:
        yield address


def _final_status(mail: Message) -> str | None:
    """The status of the first recipient whose delivery failed, "5.0.0" where it is none; else None."""
    if mail.get_content_type() != "multipart/report":
        return None
    if str(mail.get_param("report-type", "")).lower() != "delivery-status":
        return None
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status" and part.is_multipart():
            for block in part.get_payload():
                if isinstance(block, Message) and _failed(block):
                    found = STATUS.match(str(block.get("Status", "")))
                    return found[1] if found else "5.0.0"
    return None


def _failed(block: Message) -> bool:
    return str(block.get("Action", "")).strip().lower() == "failed"
