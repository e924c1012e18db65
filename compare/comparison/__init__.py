"""Compare: retrieve candidates, score their stance, and collect the result."""
