"""The toy case as files that a test may spoil."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.toy import write_toy


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    return write_toy(tmp_path / "toy")
