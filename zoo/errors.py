"""The one exception for faults that the user can mend."""


class UserError(Exception):
    """A fault in what came from outside: a file, a row, a flag, a folder.

    The message is one line that names the thing, the value and the remedy. The command
    line prints it to stderr and exits with status 2; a traceback appears with ``--debug``.
    """
