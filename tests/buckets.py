"""A real S3 server of this process, on the loopback, and what it holds."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import boto3
from moto.server import ThreadedMotoServer

from huiying.intake.bucket import Place

KEY_ID, SECRET = "invented", "invented-too"


@contextmanager
def served() -> Iterator[Place]:
    """A bucket of its own in a server that ends with the block."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        place = Place(
            f"files-{uuid4().hex}", "desk/", f"http://{host}:{port}", "eu-1", KEY_ID, SECRET
        )
        client_of(place).create_bucket(
            Bucket=place.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-1"}
        )
        yield place
    finally:
        server.stop()


def client_of(place: Place) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=place.endpoint,
        region_name=place.region,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
    )


def held(place: Place) -> dict[str, bytes]:
    """Every object of the bucket by its key."""
    client = client_of(place)
    found = client.list_objects_v2(Bucket=place.bucket).get("Contents", [])
    return {
        each["Key"]: client.get_object(Bucket=place.bucket, Key=each["Key"])["Body"].read()
        for each in found
    }


def silent(place: Place) -> Place:
    """The same bucket, where nobody listens."""
    return replace(place, endpoint="http://127.0.0.1:9")
