"""Parsers of commands and of training recipes."""

from zoo.command_line import Parser


def command_parser(module: str, description: str) -> Parser:
    """Parser of the command ``python -m MODULE``, with ``--debug``."""
    made = Parser(prog=f"python -m {module}", description=description)
    made.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return made
