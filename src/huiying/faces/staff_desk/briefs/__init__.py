"""The daily brief."""
