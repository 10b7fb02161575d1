"""The one door for visits: `files` reads rows, `checks` decides about each, `importing` stores what passed."""
