"""What a simulated centre came to, in numbers that can be added: over boxes, over days, over replications."""
