"""Promises: how long the agency takes for each stage of a case, as data that changes by two people."""
