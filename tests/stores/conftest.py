"""The case of the tests with its firms as datasets, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.made_datasets import as_datasets
from tests.shared_data import FROZEN


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return as_datasets(FROZEN, tmp_path_factory.mktemp("large") / "jiaxing")
