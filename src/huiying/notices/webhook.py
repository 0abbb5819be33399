"""Notices to a program of the agency's own, which passes them on: a bridge to whatever else it uses.

It gets JSON, signed: `Huiying-Signature: t=<seconds since 1970>,v1=<hex HMAC-SHA256 over "t.body">`. It
answers 2xx once it has the message for good; the same `id` again is the same message.
"""

import hashlib
import hmac
import json

from django.conf import settings

from huiying.kernel import time
from huiying.notices.errors import NotTaken
from huiying.notices.parcels import Parcel
from huiying.notices.posting import post_json

SIGNATURE = "Huiying-Signature"


def signed(content: bytes, key: str, seconds: int) -> str:
    """The header by which the other side knows that a message is ours, and how old it is."""
    mac = hmac.new(key.encode(), f"{seconds}.".encode() + content, hashlib.sha256)
    return f"t={seconds},v1={mac.hexdigest()}"


class Webhook:
    """Hands each message, of whichever channel, to the agency's own program."""

    needs_address = True

    def send(self, parcel: Parcel) -> int:
        told = {
            "id": parcel.name.partition("@")[0],
            "channel": parcel.channel,
            "kind": parcel.kind,
            "to": parcel.address,
            "language": parcel.language,
            "subject": parcel.subject,
            "text": parcel.text,
            "made_at": parcel.made_at.isoformat(timespec="seconds"),
        }
        content = json.dumps(told, ensure_ascii=False).encode()
        now = int(time.now().timestamp())
        answer = post_json(
            settings.WEBHOOK_URL,
            content,
            headers={SIGNATURE: signed(content, settings.WEBHOOK_KEY, now)},
            seconds=settings.WEBHOOK_SECONDS,
        )
        if not 200 <= answer.status < 300:
            raise NotTaken
        return 1
