"""Ratings out, in the order of their cursor: after reading up to N, `--after N` gives exactly what is newer.

Memory is constant: rows go from the database to the file in small pieces. A file is written beside its place and moved
there when it is whole, so that whoever looks at the place never sees half an export. Each format says which version of
the columns it has: in a column, and where there are none (XML) in a processing instruction before the root.
"""
