"""Rewrites files that strangers sent, in a process of its own with little memory and time.

Nothing here knows Django, the database or a key: `python -I -m huiying.intake.cleaning` reads a file
from standard input and writes a harmless one to standard output.
"""
