"""Real modems as data: who they say they are, what they answer, what they say unasked, and what is odd about them."""
