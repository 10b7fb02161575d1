"""The database: one file, one writer, many readers.

`database` opens it, `schema` shapes it, `writer` is the only thread of a process that changes it; the other modules are
the queries, a subject each. They take a `Database` and run inside the caller's transaction; none of them commits.
"""
