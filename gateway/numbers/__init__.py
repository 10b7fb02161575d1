"""The report: what the database counts, with what the counts say.

`figures` draws it up, group by group; `plain` gives it as plain values for other programs, `page` as a person reads it,
and `operator` the table that the operator of the offices knows from upstream. docs/numbers.md has every formula.
"""
