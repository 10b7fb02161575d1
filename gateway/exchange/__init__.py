"""The formats in which visits and ratings travel: what is on the wire, and nothing of how it gets there."""
