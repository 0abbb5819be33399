"""Calling, writing down, following up: one file each."""
