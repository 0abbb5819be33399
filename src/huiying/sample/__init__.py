"""Data for a new installation and the demo: units, categories, accounts, letters."""
