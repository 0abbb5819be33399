"""Sealed files in a bucket of an S3-compatible store, for more than one web host.

What lies there is sealed before it leaves this process, so the store sees names and sizes alone.
"""

import functools
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, Any, Self

from huiying.intake.names import path_of

CONNECT_SECONDS = 5
READ_SECONDS = 20
TRIES = 3
IN_MEMORY = 1024 * 1024
MISSING = {"NoSuchKey", "404"}  # as the stores call it


@dataclass(frozen=True)
class Place:
    """Which bucket, and how it is asked. `endpoint` is empty for Amazon's own."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""
    key_id: str = ""
    secret: str = field(default="", repr=False)


class Bucket:
    """Objects `<prefix>ab/ab…`, the same names as in a folder.

    A name is random and is written once, so nobody asks first whether it is taken. What the store refuses,
    or does not answer, comes as OSError.
    """

    def __init__(self, place: Place) -> None:
        self.place = place

    def write(self, name: str, pieces: Iterable[bytes]) -> None:
        key = self._key(name)
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as content:
            for piece in pieces:
                content.write(piece)
            content.seek(0)
            with _as_os_error():
                self._client.put_object(Bucket=self.place.bucket, Key=key, Body=content)

    def open(self, name: str) -> IO[bytes]:
        with _as_os_error():
            found = self._client.get_object(Bucket=self.place.bucket, Key=self._key(name))
        return _Body(found["Body"])  # type: ignore[return-value]  # read, close and `with` are used

    def remove(self, name: str) -> None:
        with _as_os_error():
            self._client.delete_object(Bucket=self.place.bucket, Key=self._key(name))

    def listed(self) -> Iterator[tuple[str, int]]:
        with _as_os_error():
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.place.bucket, Prefix=self.place.prefix):
                for each in page.get("Contents", ()):
                    yield each["Key"].removeprefix(self.place.prefix), each["Size"]

    def _key(self, name: str) -> str:
        return self.place.prefix + path_of(name)

    @property
    def _client(self) -> Any:
        return _client(self.place)


@functools.cache
def _client(place: Place) -> Any:
    """One for each process; its threads share it. Without a key, boto3 looks where it always looks."""
    import boto3  # noqa: PLC0415 - a quarter of a second and 30 MB, for those alone who use it
    from botocore.config import Config  # noqa: PLC0415

    return boto3.client(
        "s3",
        endpoint_url=place.endpoint or None,
        region_name=place.region or None,
        aws_access_key_id=place.key_id or None,
        aws_secret_access_key=place.secret or None,
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "max_attempts": TRIES},
            max_pool_connections=32,
            # Many compatible stores do not know Amazon's newer checksums. Ours are inside the seal.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            # Path style works with every store; host style needs a name and a certificate a bucket.
            s3={"addressing_style": "path" if place.endpoint else "auto"},
        ),
    )


class _Body:
    """What is read of an object; a broken line is an OSError, as on a disk."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int = -1) -> bytes:
        with _as_os_error():
            content: bytes = self._body.read(None if size < 0 else size)
        return content

    def close(self) -> None:
        self._body.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@contextmanager
def _as_os_error() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in MISSING:
            raise FileNotFoundError("The bucket does not have this file.") from None
        raise OSError(f"The bucket refused: {code}.") from error
    except BotoCoreError as error:
        raise OSError(f"The bucket does not answer: {type(error).__name__}.") from error
