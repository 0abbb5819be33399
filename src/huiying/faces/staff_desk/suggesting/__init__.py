"""What suggests a category: on the case page, and how good it is."""
