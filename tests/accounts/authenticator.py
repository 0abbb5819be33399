"""A passkey in software: makes a key pair and signs as a device would, or not quite as it should."""

import hashlib
import json
import struct
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
SITE = "http://127.0.0.1:8000"
HOST = "127.0.0.1"


def text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


@dataclass
class SoftPasskey:
    """One credential; `counter` grows with each use, unless a test holds it."""

    credential: bytes = b"credential-of-a-test"
    counter: int = 0
    origin: str = SITE
    host: str = HOST
    verifies: bool = True
    key: EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def _data(self, more: bytes = b"", flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        hashed = hashlib.sha256(self.host.encode()).digest()
        return hashed + struct.pack(">BI", flags, self.counter) + more

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, response: dict[str, str]) -> str:
        name = text(self.credential)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})

    def made(self, options: str) -> str:
        """What a browser hands over for `options` (JSON) that ask for a new passkey."""
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}
        held = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential
        data = self._data(held + cbor2.dumps(cose), ATTESTED)
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", json.loads(options)["challenge"])
        return self._answer({"clientDataJSON": text(client), "attestationObject": text(attested)})

    def proved(self, options: str) -> str:
        """What a browser hands over for `options` (JSON) that ask for a signature."""
        self.counter += 1
        data = self._data()
        client = self._client("webauthn.get", json.loads(options)["challenge"])
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": text(client),
                "authenticatorData": text(data),
                "signature": text(signed),
            }
        )
