"""How urgent a case is by its harm facts, and who said them."""
