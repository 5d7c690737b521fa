"""Serves a page that runs a bundle's model in the visitor's own browser. See --help."""

import argparse
import signal
import sys
import threading
import webbrowser
from pathlib import Path

from recipes.options import console, option_types, runs
from recipes.options.command_parser import command_parser
from zoo import command_line
from zoo.command_line import say
from zoo.data.listing import check_named
from zoo.errors import UserError
from zoo.inference.bundles import is_current
from zoo.inference.destinations import refuse_bundle
from zoo.web.bounded_server import ADDRESS
from zoo.web.page_server import open_server
from zoo.web.runtime import PACKAGE, VERSION, find_runtime
from zoo.web.site import Site, find_bundle, make_site, write_site

DESCRIPTION = f"""\
Try a bundle in a browser: a page that runs its ONNX file there, on images that you drop.

Served to this machine only, until Ctrl-C; images stay in the browser. The page does what
python -m recipes.translate does: it fits an image onto white at the size of training, and scales the
result back to the image's own size. It runs {PACKAGE} {VERSION}, which --fetch-runtime gets once.

examples:
  python -m recipes.demo runs/munit_styles/bundle --fetch-runtime
  python -m recipes.demo runs/munit_styles --open
  python -m recipes.demo bundle --static site      # files for any web server
"""

PORT = 8808


def parser() -> argparse.ArgumentParser:
    """The command's parser."""
    command = command_parser("recipes.demo", DESCRIPTION)
    command.add_argument(
        "bundle", type=Path, nargs="?", metavar="BUNDLE",
        help=f"a bundle, or a run that has one (default: the newest run in {runs.RUNS}/)",
    )  # fmt: skip
    group = command.add_argument_group("the page")
    group.add_argument(
        "--port",
        type=option_types.port(0),
        default=PORT,
        metavar="N",
        help="port to listen on; 0 for any free one",
    )
    group.add_argument("--open", action="store_true", help="open the page in this machine's browser")
    group.add_argument(
        "--static", type=Path, metavar="DIR",
        help="write the page as files instead, for a web server; whoever can reach them gets the model, "
        "its contract and the examples",
    )  # fmt: skip
    group.add_argument(
        "--no-examples", action="store_true", help="leave out the images in the bundle's golden/"
    )
    group = command.add_argument_group(f"the runtime, {PACKAGE} {VERSION}")
    group.add_argument(
        "--fetch-runtime", action="store_true",
        help="get it through npm if it is missing (26 MB); its hash is checked",
    )  # fmt: skip
    group.add_argument(
        "--runtime", type=Path, metavar="DIR",
        help=f"unpacked npm package, such as node_modules/{PACKAGE} (default: the one that was fetched)",
    )  # fmt: skip
    return command


def main(arguments: argparse.Namespace) -> None:
    """Write the page, or serve it until Ctrl-C or SIGTERM."""
    source = arguments.bundle or runs.newest_run()
    if source is None:
        raise UserError(
            f"no run directory in {runs.RUNS}/ (one has config.json); name the bundle: "
            "python -m recipes.demo BUNDLE"
        )
    check_named(source, "the folder of the bundle")
    runtime = find_runtime(arguments.runtime, arguments.fetch_runtime)
    bundle = find_bundle(source)
    if bundle != source and not is_current(bundle, source):
        console.warn(
            f"{bundle} is of an earlier checkpoint of the run: python -m export {source} writes it again"
        )
    site = make_site(bundle, runtime, arguments.no_examples)
    if arguments.static is not None:
        refuse_bundle("static", arguments.static)
        write_site(site, arguments.static)
        say(f"written: {len(site)} files, in {arguments.static}")
        say(f"to view it: python -m http.server --bind 127.0.0.1 --directory {arguments.static}")
        return
    _serve(site, arguments.port, arguments.open)


def _serve(site: Site, port: int, open_it: bool) -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with open_server(site, port) as server:
        address = f"http://{ADDRESS}:{server.server_port}/"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        say(f"{address} (Ctrl-C ends it)")
        if open_it:
            webbrowser.open(address)
        ended.wait()
        server.shutdown()


if __name__ == "__main__":
    sys.exit(command_line.run(main, parser().parse_args()))
