"""When the offices work."""
