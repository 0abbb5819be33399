"""What grows: letters of a week against the usual of their place and category."""
