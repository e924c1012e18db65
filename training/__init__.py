"""How the shipped stance weights are made, one command a stage."""
