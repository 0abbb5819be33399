"""Static files under names that carry a hash of their content, with no collecting step.

`FoundStaticFiles` gives the address, `ServedStaticFiles` answers it. Both look the file up with the
finders, so what is served is what is installed. In DEBUG names stay plain.
"""

import functools
import gzip
import hashlib
import os
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import StaticFile

COMPRESSIBLE = {".css", ".js", ".mjs", ".svg", ".json", ".txt", ".webmanifest"}


@functools.cache
def digest(path: str) -> str:
    """The first 12 hex digits of the SHA-256 of a file; read once a process."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


def hashed_name(name: str, path: str) -> str:
    """`look/look.css` becomes `look/look.0123456789ab.css`."""
    plain = PurePosixPath(name)
    return str(plain.with_name(f"{plain.stem}.{digest(path)}{plain.suffix}"))


@functools.cache
def address_below(name: str) -> str:
    """The hashed name of a static file, looked for once a process; ValueError where no finder knows it."""
    path = finders.find(name)
    if not path:
        raise ValueError(f"No static file {name!r}.")
    return hashed_name(name, path)


class FoundStaticFiles(StaticFilesStorage):
    """Addresses of static files; raises ValueError for a file that no finder knows."""

    def url(self, name: str | None) -> str:
        if not name or settings.DEBUG:
            return super().url(name)
        return super().url(address_below(name))


class ServedStaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise has no types
    """WhiteNoise that also answers hashed names, and packs text files once into STATIC_ROOT."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.packed = Path(settings.STATIC_ROOT)
        self.packed.mkdir(parents=True, exist_ok=True)
        super().__init__(*args, **kwargs)

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        super().add_file_to_dictionary(url, path, stat_cache=stat_cache)
        name = url.removeprefix(self.static_prefix)
        if not settings.DEBUG and finders.find(name) == path:
            hashed = self.static_prefix + hashed_name(name, path)
            self.files[hashed] = self.get_static_file(path, hashed)

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> StaticFile:
        found = super().get_static_file(path, url, stat_cache=stat_cache)
        if settings.DEBUG or Path(path).suffix not in COMPRESSIBLE:
            return found
        headers = [pair for pair in found.alternatives[-1][2] if pair[0] in KEPT_HEADERS]
        return StaticFile(path, headers, encodings={"gzip": str(self.pack(path))})

    def pack(self, path: str) -> Path:
        """The compressed copy of a file; written aside and moved, as several processes may do it."""
        target = self.packed / f"{digest(path)}.gz"
        if not target.exists():
            scratch = target.with_suffix(f".{os.getpid()}")
            scratch.write_bytes(gzip.compress(Path(path).read_bytes(), 9, mtime=0))
            scratch.replace(target)
        return target


KEPT_HEADERS = {"Content-Type", "Cache-Control", "Access-Control-Allow-Origin"}
