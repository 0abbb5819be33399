"""The phone and counter desk."""
