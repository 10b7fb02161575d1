"""The world around a simulated centre: offices and their hours, people, what they experience and when."""
