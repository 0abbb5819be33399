"""The mailbox to which undeliverable mails come back: read, kept as failures, and emptied of them."""

import imaplib
import logging
import ssl
from dataclasses import dataclass

from django.conf import settings
from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import ImapToolsError

from huiying.kernel.actors import SYSTEM
from huiying.notices.actions import note_bounce
from huiying.notices.bounces import Unreadable, bounce_in

logger = logging.getLogger(__name__)
SECONDS = 30
AT_ONCE = 200
LARGEST = 1024 * 1024  # the report stands before the mail that it is about


class NoMailbox(Exception):
    """The mailbox cannot be opened; the text says what to check, never what the server said."""


@dataclass(frozen=True, slots=True)
class Read:
    """How many mails were looked at, how many of them told of a failure that was not known, and how many
    could not be read.
    """

    looked_at: int
    failed: int
    unreadable: int = 0


def read_one(content: bytes) -> bool:
    """Keep what one mail says; False where it is no bounce of ours, or a known one. Raises Unreadable."""
    found = bounce_in(content)
    return found is not None and note_bounce(actor=SYSTEM, notice=found.notice, status=found.status)


def read_mailbox() -> Read:
    """Look at every unread mail. A bounce of ours is deleted once it is kept, since it names a resident's
    address; anything else is marked as read and stays. So does one that cannot be read, with a flag: it
    keeps nobody else's news from being read.

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
    failed = 0
    ours: list[str] = []
    others: list[str] = []
    unreadable: list[str] = []
    uids = mailbox.uids("UNSEEN")[:AT_ONCE]
    for uid in uids:
        content = _content(mailbox, uid)
        try:
            if bounce_in(content) is None:
                others.append(uid)
                continue
        except Unreadable as problem:
            logger.warning("mail that came back not read: %s, %s", uid, problem)
            unreadable.append(uid)
            continue
        failed += read_one(content)
        ours.append(uid)
    if others:
        mailbox.flag(others, MailMessageFlags.SEEN, True)
    if unreadable:
        mailbox.flag(unreadable, (MailMessageFlags.SEEN, MailMessageFlags.FLAGGED), True)
    if ours:
        mailbox.delete(ours)
    return Read(len(uids), failed, len(unreadable))


def _content(mailbox: BaseMailBox, uid: str) -> bytes:
    """The beginning of one mail as it came; empty where it is gone meanwhile."""
    _status, found = mailbox.client.uid("fetch", uid, f"(BODY.PEEK[]<0.{LARGEST}>)")
    return next((bytes(part[1]) for part in found if isinstance(part, tuple)), b"")
