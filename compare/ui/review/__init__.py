"""Components of the page Review: its setup, the reading, and the agreement of readers."""
