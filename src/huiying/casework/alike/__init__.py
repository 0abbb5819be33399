"""Which cases are likely to be about one matter, for whoever may see both. Never an input to urgency."""
