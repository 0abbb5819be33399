"""The verbs of a letter, one module for each thing that is done to it."""
