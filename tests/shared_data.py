"""Where the public data lie that some tests read: beside the project, or where CHAINGRAPH_SHARED says; never in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FROZEN = Path(__file__).parent / "cases" / "jiaxing"  # the first case as it was when its figures were measured
REPOSITORY = Path(__file__).resolve().parents[1]


def shared(relative: str = "") -> Path:
    """The path of a public data file or folder; skips the test, with the reason, where the folder is not there.

    Under ``CI=true`` an absent folder is a failure, so that a whole group of tests cannot fall away unseen. A file
    that is missing inside a folder that is there is a failure everywhere: the name in the test is wrong.
    """
    folder = Path(os.environ.get("CHAINGRAPH_SHARED") or REPOSITORY.parent / "shared")
    if not folder.is_dir():
        reason = f"public test data not found at {folder}; set CHAINGRAPH_SHARED to the folder that holds them"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    path = folder / relative
    if not path.exists():
        pytest.fail(f"{relative!r} is not in the public test data at {folder}")
    return path
