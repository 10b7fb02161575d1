"""The AT commands, one module a subject; `table` puts them together."""
