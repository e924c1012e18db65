"""How the shipped weights are made, and what else was tried."""
