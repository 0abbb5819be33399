"""Why a case came to be where it is: what was suggested for it, and what is learned from settled ones."""
