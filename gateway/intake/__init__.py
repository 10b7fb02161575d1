"""The door for visits, and the one for ratings by other channels.

`files` reads rows; `checks` decides about each visit and `importing` stores what passed; `ratingchecks`, `channeldoor`
and `ratingimport` do so for ratings.
"""
