"""The clocks of a case beside that of its answer, for whoever is told of them."""
