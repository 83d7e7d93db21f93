"""A lock of the operating system on an open file: it ends with the process that holds it, however that ends."""

from __future__ import annotations

import errno
import sys

_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}  # file systems without locks

if sys.platform == "win32":
    import msvcrt

    def try_lock(handle: int) -> bool:
        """Lock an open file, unless another process has; True also where the file system has no locks."""
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            return error.errno in _NO_LOCKS
        return True

else:
    import fcntl

    def try_lock(handle: int) -> bool:
        """Lock an open file, unless another process has; True also where the file system has no locks."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
        return True
