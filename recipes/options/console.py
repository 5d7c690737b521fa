"""Progress of long work: a bar in a terminal, plain lines elsewhere."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from zoo import command_line
from zoo.io.text import printable
from zoo.listener import Listener

PLAIN_EVERY = 10.0  # seconds between two plain lines


def duration(seconds: float) -> str:
    """Seconds as people say them: "45 s", "3 min 20 s", "2 h 5 min"."""
    seconds = round(seconds)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"


@contextmanager
def counted(title: str) -> Iterator[Callable[[int, int], None]]:
    """A display for work that reports ``(done, total)``."""
    if not sys.stdout.isatty():
        start = last = time.monotonic()

        def plain(done: int, total: int) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= PLAIN_EVERY and done:
                last = now
                left = duration((now - start) / done * (total - done))
                print(f"{title}: {done:,} of {total:,}, about {left} left", flush=True)

        yield plain
        return
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def training(steps: int, done: int) -> Iterator[Callable]:
    """A display for ``zoo.training.loop``: takes its ``Progress`` after each row of metrics."""
    if not sys.stdout.isatty():

        def plain(row) -> None:
            print(
                f"step {row.step:,}/{steps:,}  {_losses(row.losses)}  {row.images_per_second:.1f} images/s  "
                f"{duration(row.seconds_left)} left",
                flush=True,
            )

        yield plain
        return
    columns = (
        TextColumn("training"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
    )
    with _WithLosses(*columns, console=Console()) as bar:
        task = bar.add_task("training", total=steps, completed=done, losses="", speed="compiling the step …")

        def show(row) -> None:
            speed = f"{row.images_per_second:.1f} images/s, {duration(row.seconds_left)} left"
            bar.update(task, completed=row.step, losses=_losses(row.losses), speed=speed)

        yield show


class _WithLosses(Progress):
    """A bar with the losses on a separate line, so that it fits into 80 columns."""

    def get_renderables(self) -> Iterator[RenderableType]:
        yield self.make_tasks_table(self.tasks)
        yield Text("  ".join(task.fields["losses"] for task in self.tasks))


_SHORT = {"d_real_probability": "D(real)", "d_fake_probability": "D(fake)"}


def _losses(losses: dict[str, float]) -> str:
    return " ".join(f"{_SHORT.get(name, name)} {value:.3f}" for name, value in losses.items())


def warn(text: str) -> None:
    """Show a training warning, next to the bar or among the lines."""
    print(f"warning: {printable(text)}", file=sys.stderr, flush=True)


def say_at_once(text: str) -> None:
    """Print a line from within a signal handler, where ``print`` fails in the middle of another one."""
    os.write(2, f"\n{text}\n".encode())


class Terminal(Listener):
    """Prints what the library says, and shows progress."""

    def say(self, lines: str | Iterable[str]) -> None:
        command_line.say(map(command_line.as_options, (lines,) if isinstance(lines, str) else lines))

    def warn(self, warning: str) -> None:
        warn(command_line.as_options(warning))

    def counted(self, title: str) -> Iterator[Callable[[int, int], None]]:
        return counted(title)


TERMINAL = Terminal()
