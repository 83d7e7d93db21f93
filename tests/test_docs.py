"""The documentation builds strictly in both languages, loads nothing from elsewhere, and finds Chinese words."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("mkdocs") is None and os.environ.get("CI") != "true",
        reason="the extra docs is not installed",
    ),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    for settings, folder in (("mkdocs.yml", out), ("mkdocs.en.yml", out / "en")):
        words = [
            sys.executable,
            "-m",
            "mkdocs",
            "build",
            "--strict",
            "--config-file",
            settings,
            "--site-dir",
            str(folder),
        ]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
    return out


def test_every_page_is_there_in_both_languages(site: Path) -> None:
    chinese = {path.relative_to(site).as_posix() for path in site.rglob("*.html")} - {"404.html"}
    english = {path.relative_to(site / "en").as_posix() for path in (site / "en").rglob("*.html")} - {"404.html"}
    assert english <= chinese
    assert {"index.html", "reference/tables.html", "reference/python.html", "records/backtest.html"} <= english


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    loaded = re.compile(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=\"?https?://[^\s\">]+")
    allowed = re.compile(r"rel=\"?(?:canonical|alternate)")
    found = {
        f"{path.relative_to(site)}: {tag}"
        for path in site.rglob("*.html")
        for tag in loaded.findall(path.read_text(encoding="utf-8"))
        if not allowed.search(tag)
    }
    assert not found


def test_pages_made_from_the_code_hold_what_it_says(site: Path) -> None:
    tables = (site / "en" / "reference" / "tables.html").read_text(encoding="utf-8")
    assert "site_status" in tables
    assert "decided_elsewhere" in tables
    assert "一行" in (site / "reference" / "tables.html").read_text(encoding="utf-8")
    python = (site / "en" / "reference" / "python.html").read_text(encoding="utf-8")
    assert "fit_lift = exp(S)" in python
