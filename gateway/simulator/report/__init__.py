"""What a simulated centre came to, for people: `report.json`, and one page that holds everything it shows.

`figures` works it out (pure), `pictures` draws it where matplotlib is installed, `page` lays it out, `writing` writes
the two files.
"""
