"""The door for visits, and the one for ratings by other channels.

`files` reads rows and `importing` takes those of a file in; for visits `checks` decides about each and `visitimport`
stores what passed, for ratings `ratingchecks`, `channeldoor` and `ratingimport`.
"""
