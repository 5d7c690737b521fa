"""ZIP archives from outside: the list of their members is bounded before ``zipfile`` reads it."""

import os
import struct
import zipfile
from typing import BinaryIO

from zoo.errors import UserError
from zoo.io.limits import ARCHIVE_MEMBERS

_MEMBER_BYTES = 512  # of the list, for each member: its header and a name
_END, _END_64 = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")


def check_directory(file: BinaryIO, members: int = ARCHIVE_MEMBERS) -> None:
    """Refuse a list of members that is too long to be read: ``zipfile`` reads as much as is announced.

    Args:
        file: open for reading; it is at its beginning afterwards.
        members: most of them.

    Raises:
        UserError: the list is longer.
        zipfile.BadZipFile: there is none.
    """
    size = file.seek(0, os.SEEK_END)
    tail_size = min(size, 65_535 + _END.size)
    file.seek(size - tail_size)
    tail = file.read(tail_size)
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < _END.size:
        raise zipfile.BadZipFile("it has no end")
    length = _END.unpack_from(tail, place)[5]
    locator = place - _LOCATOR.size
    if locator >= 0 and tail[locator : locator + 4] == b"PK\x06\x07":
        start = _LOCATOR.unpack_from(tail, locator)[2]
        if start > size - _END_64.size:
            raise zipfile.BadZipFile("it has no end")
        file.seek(start)
        length = max(length if length != 0xFFFFFFFF else 0, _END_64.unpack(file.read(_END_64.size))[8])
    if length > members * _MEMBER_BYTES:
        raise UserError(f"its list of members has {length:,} bytes, too many for {members:,} of them")
    file.seek(0)
