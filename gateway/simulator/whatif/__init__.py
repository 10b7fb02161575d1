"""What if: variants of a scenario side by side, how sure their differences are, and how many modems are enough."""
