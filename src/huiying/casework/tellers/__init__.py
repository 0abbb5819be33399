"""The sentences that say something of an entry's payload."""
