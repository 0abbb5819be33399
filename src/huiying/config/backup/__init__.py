"""Backup and restore: one archive with the database and the attachments, never with the keys."""
