"""How much memory decoded images may take."""

import os
from pathlib import Path

CACHE_MOST = 512 << 20
"""Bytes of decoded images that are kept unless another number is asked for."""


def cache_budget() -> int:
    """Bytes of decoded images to keep: 512 MiB, or a quarter of what is available if that is less."""
    return min(CACHE_MOST, available_memory() // 4)


def available_memory() -> int:
    """Bytes that this process may still take, as far as the system says; 2 GiB where it does not."""
    limits = []
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                limits.append(int(line.split()[1]) * 1024)
    except (OSError, ValueError):
        pass
    try:  # a container's own limit
        group = Path("/sys/fs/cgroup")
        used = int((group / "memory.current").read_text())
        limits.append(max(int((group / "memory.max").read_text()) - used, 0))
    except (OSError, ValueError):  # no such group, or "max"
        pass
    if not limits:
        try:
            limits.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2)
        except (AttributeError, OSError, ValueError):
            limits.append(2 << 30)
    return min(limits)
