"""What the agency promises, at the desk."""
