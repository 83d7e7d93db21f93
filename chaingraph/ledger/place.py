"""Where a ledger's file stands: on a disk of this machine, or on a share that several machines see."""

from __future__ import annotations

import re
import sys
from pathlib import Path

_NETWORK = re.compile(
    r"(nfs\d?|cifs|smb\w*|ncpfs|afs|9p|ceph|glusterfs|lustre|beegfs|gpfs|davfs2?|fuse\.(sshfs|rclone|s3fs|davfs2?|glusterfs\S*|cephfs\S*))"
)
_MOUNTS = Path("/proc/self/mounts")
_DRIVE_REMOTE = 4


def network_file_system(path: Path, mounts: str | None = None) -> str:
    r"""The kind of network file system a path stands on; "" on a disk of this machine, or where it cannot be told.

    Parameters
    ----------
    mounts
        The table of mounts (as Linux gives it); read from the system where None.

    Examples
    --------
    >>> table = "disk / ext4 rw 0 0\nserver:/x /srv/share nfs4 rw 0 0"
    >>> network_file_system(Path("/srv/share/ledger.db"), table), network_file_system(Path("/srv/other.db"), table)
    ('nfs4', '')
    """
    place = str(path.resolve())
    if place.startswith(("\\\\", "//")):
        return "UNC"
    if sys.platform == "win32" and mounts is None:
        import ctypes

        return "drive" if ctypes.windll.kernel32.GetDriveTypeW(path.resolve().anchor) == _DRIVE_REMOTE else ""
    if mounts is None:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace") if _MOUNTS.is_file() else ""
    found = ("", "")
    for line in mounts.splitlines():
        parts = line.split()
        if len(parts) >= 3:
            folder = parts[1].replace("\\040", " ").rstrip("/")
            # Of two mounts on one folder the later one is seen.
            if (place == folder or place.startswith(folder + "/")) and len(folder) >= len(found[0]):
                found = (folder, parts[2])
    return found[1] if _NETWORK.fullmatch(found[1]) else ""
