"""Serves prepared images to trainings, from this machine or another. See --help."""

import argparse
import os
import signal
import sys
import threading

from recipes.options import option_types
from recipes.options.command_parser import command_parser
from zoo import command_line
from zoo.errors import UserError

DESCRIPTION = """\
Serve examples to trainings: read, crop and flip prepared images in other processes or on other machines.

Prints the --input-service option to pass to a training, and runs until Ctrl-C. The training writes
the prepared images; this program must see their folder under the same path. The examples
are the same as without the service, bit for bit, with any number of workers.
To use several machines, start this on each with --host and pass all addresses,
comma-separated. One service feeds any number of trainings."""


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    command = command_parser("recipes.input_service", DESCRIPTION)
    command.add_argument(
        "--port", type=option_types.port(), default=5050, metavar="N",
        help="first port to listen on; each worker uses two",
    )  # fmt: skip
    command.add_argument(
        "--workers", type=option_types.positive, default=1, metavar="N", help="number of workers to start"
    )
    command.add_argument(
        "--host", metavar="NAME",
        help="also serve other machines, which reach this one by NAME; there is no authentication, so only "
        "on a network where everyone is trusted (default: serve this machine only)",
    )  # fmt: skip
    return command


def main(arguments: argparse.Namespace) -> None:
    """Start the workers, say where they are, and wait for Ctrl-C or SIGTERM."""
    workers = arguments.workers
    last = arguments.port + 2 * workers - 1
    if last > 65535:
        raise UserError(f"--workers {workers}: they would need ports up to {last}; lower --port")
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    from zoo.data.pipeline.input_server import InputServer

    ports = range(arguments.port, arguments.port + workers)
    servers = [InputServer(port, port + workers, arguments.host) for port in ports]
    if arguments.host is not None:
        print(
            "warning: the service has no authentication: whoever reaches these ports can run TensorFlow "
            "programs as you, with your files",
            file=sys.stderr,
        )
    print(f"--input-service {','.join(server.address for server in servers)}", flush=True)
    ended.wait()
    os._exit(0)  # TensorFlow's servers may wait for their readers, and there is nothing to save


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
