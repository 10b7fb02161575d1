"""`python -m gateway` is `otklik`."""

from gateway.cli import main

main(prog_name="otklik")
