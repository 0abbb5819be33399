"""Who is on duty, who will be, and what they leave to the next."""
