"""The parser that every command shares."""

from collections.abc import Mapping

from zoo.command_line import Parser


def command_parser(module: str, description: str, former_names: Mapping[str, str] | None = None) -> Parser:
    """Parser of the command ``python -m MODULE``, with ``--debug``; ``former_names`` as ``Parser``."""
    parser = Parser(former_names, prog=f"python -m {module}", description=description)
    parser.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return parser
