"""The disk that the database is on: how much is free, and what follows from that.

Below the reserve no files are taken in, so that there is room for the answers of those who were asked already.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from gateway.errors import StoreFull

MB = 1024 * 1024


def free(database: Path) -> int:
    """How many octets there are left for the database."""
    return shutil.disk_usage(database.absolute().parent).free


def is_read_only(database: Path) -> bool:
    """Whether nothing can be written where the database is."""
    folder = database.absolute().parent
    mounted = os.statvfs(folder).f_flag & os.ST_RDONLY
    return bool(mounted) or not all(os.access(path, os.W_OK) for path in (folder, database) if path.exists())


def refuse_when_low(database: Path, reserve_mb: float) -> None:
    """Raises StoreFull where there is less room than is kept for the answers of those who were asked already."""
    left = free(database) if database.absolute().parent.is_dir() else None
    if left is not None and left < reserve_mb * MB:
        raise StoreFull(
            f"The disk of the database {database} has {left // MB} MB left; below {reserve_mb:g} MB"
            " (disk.reserve_mb) no file of visits or ratings is taken in. Make room there."
        )
