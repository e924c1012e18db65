"""What a comparison gives: pairs, results, positions, statistics."""
