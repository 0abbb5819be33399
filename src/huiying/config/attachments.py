"""Where the environment says that attachments lie."""

from django.core.exceptions import ImproperlyConfigured

from huiying.config import environment
from huiying.intake.bucket import Place


def bucket() -> Place | None:
    """The bucket that `HUIYING_FILES=s3` names; None: the folder. Raises ImproperlyConfigured."""
    if environment.choice("HUIYING_FILES", "folder", ["folder", "s3"]) == "folder":
        return None
    name = environment.text("HUIYING_S3_BUCKET")
    if not name:
        raise ImproperlyConfigured("HUIYING_FILES=s3 needs the bucket's name: HUIYING_S3_BUCKET.")
    endpoint = environment.text("HUIYING_S3_ENDPOINT").rstrip("/")
    if endpoint and not endpoint.startswith(("https://", "http://")):
        raise ImproperlyConfigured("HUIYING_S3_ENDPOINT must begin with https:// or http://.")
    key_id, secret = environment.text("HUIYING_S3_KEY_ID"), environment.text("HUIYING_S3_SECRET")
    if bool(key_id) != bool(secret):
        raise ImproperlyConfigured("HUIYING_S3_KEY_ID and HUIYING_S3_SECRET go together.")
    prefix = environment.text("HUIYING_S3_PREFIX").strip("/")
    return Place(
        bucket=name,
        prefix=f"{prefix}/" if prefix else "",
        endpoint=endpoint,
        region=environment.text("HUIYING_S3_REGION"),
        key_id=key_id,
        secret=secret,
    )
