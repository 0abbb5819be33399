"""Who answers what across the floors: set when Django is ready."""

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from huiying.accounts.reads import mail_address
from huiying.intake.callers import pin_of_label
from huiying.intake.reads import withdrawn_by_label
from huiying.intake.vault import email_of
from huiying.notices import delivery


def follow_page(language: str) -> str:
    """The full address of the page on which a writer follows a letter, in this language."""
    with translation.override(language):
        return f"{settings.SITE_URL}{reverse('public_site:follow')}"


def address_of(label: str) -> str | None:
    """Where to send to: a member of staff by their account, a writer by the vault."""
    return mail_address(label) if label.startswith("staff:") else email_of(label)


def wire() -> None:
    """Connect the outbox with the accounts, the vault and the public pages."""
    delivery.wire(
        address_of=address_of,
        page_for=follow_page,
        pin_of=pin_of_label,
        withdrawn=withdrawn_by_label,
    )
