"""How the shipped stance weights are made, and what else was tried."""
