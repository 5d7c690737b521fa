"""Parsers of commands and of training recipes."""

import argparse

from zoo.command_line import Parser


def command_parser(module: str, description: str) -> Parser:
    """Parser of the command ``python -m MODULE``, with ``--debug``."""
    made = Parser(prog=f"python -m {module}", description=description)
    made.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return made


def recipe_parser(recipe: str, description: str, paper: str) -> argparse.ArgumentParser:
    """Parser of a training recipe with two presets; ``paper`` says in a few words what the paper's is."""
    made = command_parser(f"recipes.{recipe}", description)
    made.usage = f"python -m recipes.{recipe} [options]"
    made.add_argument(
        "--preset", metavar="NAME", help=f"quick: minutes on two cores; paper: {paper} (default: quick)"
    )
    return made
