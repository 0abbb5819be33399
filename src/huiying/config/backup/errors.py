"""What a backup or a restore says when it cannot go on."""


class BackupError(Exception):
    """The text says why, and what to do."""
