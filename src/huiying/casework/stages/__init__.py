"""The clocks of a case beside that of its answer: first contact, taking on, interim report, publication."""
