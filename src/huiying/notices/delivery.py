"""From a row of the outbox to a mail: who, in which words, by which back end.

`config` registers the resolvers: one opens the vault for "submission:…" at the moment of sending, one
makes the address of the page where the writer reads on, one the PIN for callers. No result is stored.
"""

from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from huiying.kernel.names import localized
from huiying.notices.backends import Backend, backend
from huiying.notices.models import Outgoing

type AddressOf = Callable[[str], str | None]
type PageFor = Callable[[str], str]
type WithdrawnSince = Callable[[str], bool]
type PinOf = Callable[[str], str]

_address_of: AddressOf | None = None
_page_for: PageFor | None = None
_pin_of: PinOf | None = None
_withdrawn: WithdrawnSince | None = None
WITH_PIN = frozenset({"lost_code"})
# News of an earlier answer: whoever withdrew their letter meanwhile is left in peace.
NOT_ONCE_WITHDRAWN = frozenset({"corrected", "answer_withdrawn"})


class NotWired(RuntimeError):
    """`wire` was not called; `config` calls it when Django is ready."""


def wire(
    *, address_of: AddressOf, page_for: PageFor, pin_of: PinOf, withdrawn: WithdrawnSince
) -> None:
    """Register the resolvers of labels and the maker of page addresses (its argument: a language)."""
    global _address_of, _page_for, _pin_of, _withdrawn
    _address_of, _page_for, _pin_of, _withdrawn = address_of, page_for, pin_of, withdrawn


def _templates(kind: str, part: str) -> list[str]:
    return [f"notices/{kind}_{part}.txt", f"notices/{part}.txt"]


def compose(row: Outgoing, address: str, page: str) -> EmailMessage:
    """The mail for one row: same Message-ID however often it is sent; no word of the letter in it."""
    with translation.override(row.language):
        words = {
            "kind": row.kind,
            "agency": localized(settings.AGENCY_NAME),
            "page": page,
            "data": row.data,
            "pin": _pin_of(row.recipient) if _pin_of and row.kind in WITH_PIN else "",
        }
        # A kind may have words of its own; the others are about letters.
        subject = render_to_string(_templates(row.kind, "subject"), words)
        body = render_to_string(_templates(row.kind, "body"), words)
    mail = EmailMessage(policy=WIRE)
    mail["Subject"] = " ".join(subject.split())
    mail["From"] = settings.MAIL_FROM
    mail["To"] = address
    mail["Date"] = format_datetime(row.made_at)
    mail["Message-ID"] = f"<{row.message_id}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body.strip() + "\n")
    return mail


def deliver(row: Outgoing, *, by: Backend | None = None) -> str:
    """Send one row and say how it ended: "sent", "no_address" where there is nobody to send to, or
    "withdrawn" where the letter was withdrawn since and the news is not for them any more.

    Raises OSError or smtplib.SMTPException where the back end fails; the row is tried again then.
    """
    if _address_of is None or _page_for is None or _withdrawn is None:
        raise NotWired
    if row.kind in NOT_ONCE_WITHDRAWN and _withdrawn(row.recipient):
        return "withdrawn"
    address = _address_of(row.recipient)
    if address is None or "@" not in parseaddr(address)[1]:
        return "no_address"
    post = by or backend()
    shown = address if post.needs_address else f"{row.recipient.replace(':', '-')}@outbox.invalid"
    post.send(compose(row, shown, _page_for(row.language)))
    return "sent"
