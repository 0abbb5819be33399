"""Notices as SMS: into a folder, or to a gateway that takes JSON over HTTP (docs/operations.md, "SMS").

Lengths and alphabets by 3GPP TS 23.038 and 23.040: one message holds 160 characters of the GSM alphabet
or 70 of UCS-2; a longer one goes in segments of 153 or 67.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from huiying.notices.errors import NotTaken
from huiying.notices.folders import write_whole
from huiying.notices.parcels import Parcel
from huiying.notices.posting import post_json

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_ESCAPED = frozenset("\f^{}\\[~]|€")  # take two places
PLACE = re.compile(r"\{(to|text|id|key)\}")
NEEDED = ("{to}", "{text}")


def segments(text: str) -> int:
    """How many segments a network charges for `text`."""
    if all(character in GSM or character in GSM_ESCAPED for character in text):
        length = sum(2 if character in GSM_ESCAPED else 1 for character in text)
        single, several = 160, 153
    else:
        length = len(text.encode("utf-16-be")) // 2
        single, several = 70, 67
    return 1 if length <= single else -(-length // several)


def filled(template: str, words: Mapping[str, str]) -> str:
    """The JSON `template` with {to}, {text}, {id} and {key} put into its strings, once each.

    Whatever the words hold stays inside its string. Raises ValueError where the template is no JSON.
    """
    return json.dumps(_filled(json.loads(template), words), ensure_ascii=False)


def _filled(part: Any, words: Mapping[str, str]) -> Any:
    if isinstance(part, str):
        return PLACE.sub(lambda found: words[found[1]], part)
    if isinstance(part, list):
        return [_filled(each, words) for each in part]
    if isinstance(part, dict):
        return {name: _filled(each, words) for name, each in part.items()}
    return part


def taken(content: bytes, condition: str) -> bool:
    """Whether the gateway's answer fulfils `condition`: "path.to.field=value" in its JSON; empty: always."""
    if not condition:
        return True
    path, _equals, wanted = condition.partition("=")
    try:
        found = json.loads(content)
        for step in path.strip().split("."):
            found = found[int(step)] if isinstance(found, list) else found[step]
    except (ValueError, KeyError, IndexError, TypeError):
        return False
    said = found if isinstance(found, str) else json.dumps(found)
    return said == wanted.strip()


class SmsFolder:
    """Writes each message to `<folder>/<id>.sms`, addressed to the recipient's label."""

    needs_address = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, parcel: Parcel) -> int:
        name = parcel.name.partition("@")[0]
        content = f"To: {parcel.address}\n\n{parcel.text}\n".encode()
        write_whole(self.folder, f"{name}.sms", content)
        return segments(parcel.text)


class SmsGateway:
    """Hands each message to the agency's gateway."""

    needs_address = True

    def send(self, parcel: Parcel) -> int:
        words = {
            "to": parcel.address,
            "text": parcel.text,
            "id": parcel.name.partition("@")[0],
            "key": settings.SMS_KEY,
        }
        headers = {}
        if settings.SMS_HEADER and settings.SMS_KEY:
            name, _colon, value = settings.SMS_HEADER.partition(":")
            headers[name.strip()] = value.strip().replace("{key}", settings.SMS_KEY)
        answer = post_json(
            settings.SMS_URL,
            filled(settings.SMS_BODY, words).encode(),
            headers=headers,
            seconds=settings.SMS_SECONDS,
        )
        if not 200 <= answer.status < 300 or not taken(answer.content, settings.SMS_SUCCESS):
            raise NotTaken
        return segments(parcel.text)
