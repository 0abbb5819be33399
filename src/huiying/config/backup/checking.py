"""Reading an archive through, without restoring it."""

from django.core.exceptions import ImproperlyConfigured

from huiying.config import environment, keys, places
from huiying.config.backup import archive, files
from huiying.config.backup import manifest as manifests
from huiying.config.backup.archive import Part, Reader
from huiying.config.backup.errors import BackupError
from huiying.config.backup.manifest import DATABASE, FILES, Manifest
from huiying.config.backup.progress import Say, metered


def read(reader: Reader, say: Say) -> Manifest:
    """The manifest, after every part was found to be what it says. Raises BackupError otherwise."""
    if not reader.names or reader.names[-1] != manifests.NAME:
        raise BackupError(
            "The archive does not end with its manifest: it was cut short, or is none of ours. "
            "Take another one."
        )
    manifest = manifests.from_bytes(b"".join(reader.chunks(manifests.NAME)))
    expected = [*(part.name for part in manifest.parts), manifests.NAME]
    if sorted(expected) != sorted(reader.names):
        raise BackupError("The parts of the archive are not those that its manifest names.")
    manifest.part(DATABASE)
    say(f"Reading {len(manifest.parts):,} parts…")
    for part in manifest.parts:
        _refuse_damaged(reader, part, say)
    return manifest


def _refuse_damaged(reader: Reader, part: Part, say: Say) -> None:
    if part.name.startswith(FILES):
        files.name_of(part.name.removeprefix(FILES))
    content = metered(reader.chunks(part.name), part.name, say, part.size)
    if archive.hashed(content) != (part.size, part.sha256):
        raise BackupError(
            f"{part.name} is damaged: its content is not what the manifest says. Take another "
            "archive, and see to the disk that held this one."
        )


def ring() -> dict[int, bytes]:
    """The key ring of this installation, empty where there is none; makes none."""
    named = environment.text("HUIYING_KEYS")
    path = places.data_folder() / keys.FILE_NAME
    if named:
        return keys.parse(named)
    return keys.parse(path.read_text()) if path.exists() else {}


def missing_keys(manifest: Manifest) -> str:
    """What is wrong with the ring here, as one sentence; empty where it opens everything."""
    try:
        present = ring()
    except ImproperlyConfigured as error:
        return str(error)
    lacking, other = manifests.wrong_keys(manifest.keys, present)
    place = places.data_folder() / keys.FILE_NAME
    put = f"Put the ring of the installation that was backed up into {place} (mode 0600) or HUIYING_KEYS."
    if lacking:
        return f"The key ring here lacks the numbers {', '.join(lacking)}. {put}"
    if other:
        return f"The key ring here has other keys under the numbers {', '.join(other)}. {put}"
    return ""
