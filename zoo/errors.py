"""Exceptions for errors that the user can correct."""


class UserError(Exception):
    """An error in what came from outside: a file, a row, an argument, a folder.

    The message is one line that names the thing, the value and the remedy. Parameters and fields
    stand in backticks, such as "`batch_size` 0: must be an integer ≥ 1"; a command shows those that are
    its options as flags, prints the line to stderr and exits with ``status``.

    Attributes:
        status: exit status of a command that ends with this error.
    """

    status = 2


LOST = 75  # EX_TEMPFAIL of sysexits.h: the same command may succeed if it is tried again


class WorkerLost(UserError):
    """Another worker of a training on several machines died, or the network to it.

    What it has not saved is lost; all workers must be started again.
    """

    status = LOST
