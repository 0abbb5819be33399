"""Where letters go by rule: at the desk, with a rehearsal before anything changes."""
