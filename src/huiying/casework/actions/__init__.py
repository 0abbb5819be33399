"""The verbs of a case file, one module for each part of its way."""
