"""What the embedded database says when it cannot run."""


class EmbeddedDatabaseError(Exception):
    """The embedded database cannot start or go on; the text says why and what to do."""
