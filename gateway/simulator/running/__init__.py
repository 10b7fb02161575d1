"""A scenario over processes: each box of each region is run by itself, and what comes of them is put together."""
