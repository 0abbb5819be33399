"""The mailbox to which undeliverable mails come back: read, kept as failures, and emptied of them."""

import imaplib
import ssl
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import ImapToolsError

from huiying.kernel.actors import SYSTEM
from huiying.notices.actions import note_bounce
from huiying.notices.bounces import bounce_in

SECONDS = 30
AT_ONCE = 200


class NoMailbox(Exception):
    """The mailbox cannot be opened; the text says what to check, never what the server said."""


@dataclass(frozen=True, slots=True)
class Read:
    """How many mails were looked at, and how many of them told of a failure that was not known."""

    looked_at: int
    failed: int


def read_one(content: bytes) -> bool:
    """Keep what one mail says; False where it is no bounce of ours, or a known one."""
    found = bounce_in(content)
    return found is not None and note_bounce(actor=SYSTEM, notice=found.notice, status=found.status)


def read_mailbox() -> Read:
    """Look at every unread mail. A bounce of ours is deleted once it is kept, since it names a resident's
    address; anything else is marked as read and stays.

    Raises NoMailbox. Safe to repeat: what was kept before is deleted, too.
    """
    try:
        with _opened() as mailbox:
            return _read(mailbox)
    except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
        raise NoMailbox(
            f"The mailbox cannot be opened ({type(error).__name__}). "
            "Check HUIYING_IMAP_HOST, HUIYING_IMAP_USER and HUIYING_IMAP_PASSWORD."
        ) from None


def _opened() -> BaseMailBox:
    place = {"host": settings.IMAP_HOST, "port": settings.IMAP_PORT, "timeout": SECONDS}
    mailbox: BaseMailBox
    if settings.IMAP_TLS == "none":
        mailbox = MailBoxUnencrypted(**place)
    else:  # the standard library's own default asks nobody for a certificate
        mailbox = MailBox(**place, ssl_context=ssl.create_default_context())
    opened: BaseMailBox = mailbox.login(
        settings.IMAP_USER, settings.IMAP_PASSWORD, initial_folder=settings.IMAP_FOLDER
    )
    return opened


def _read(mailbox: BaseMailBox) -> Read:
    looked_at = failed = 0
    ours: list[str] = []
    others: list[str] = []
    for message in mailbox.fetch("UNSEEN", mark_seen=False, limit=AT_ONCE, bulk=False):
        looked_at += 1
        content = message.obj.as_bytes()
        if bounce_in(content) is None:
            others.append(message.uid or "")
            continue
        failed += read_one(content)
        ours.append(message.uid or "")
    _mark(mailbox, others)
    if ours:
        mailbox.delete(ours)
    return Read(looked_at, failed)


def _mark(mailbox: BaseMailBox, uids: Iterable[str]) -> None:
    known = [uid for uid in uids if uid]
    if known:
        mailbox.flag(known, MailMessageFlags.SEEN, True)
