"""Where letters go by rule: data, in order, versioned; two people put a version in force."""
