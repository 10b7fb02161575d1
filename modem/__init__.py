"""Talks to GSM modems over AT commands, and emulates them.

`modem` knows ports, SIMs, PDUs and notices. It knows nothing of surveys, of databases or of the calendar: the
application hands it parts to submit and takes what arrives.
"""
