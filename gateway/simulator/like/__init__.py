"""A scenario out of a box's own history: what happened there, as numbers that can be changed and lived again."""
