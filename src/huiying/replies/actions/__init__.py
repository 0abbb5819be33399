"""The verbs of a reply, one module for each part of its way."""
