"""Chinese as civil servants write it: full-width marks, and the words of the glossary, in what is read as prose."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROSE = [ROOT / "README.zh-CN.md", *sorted((ROOT / "docs" / "zh").glob("*.md"))]
LABELS = sorted((ROOT / "chaingraph" / "library" / "labels").glob("*.toml"))
HAN = r"[\u3400-\u9fff\uff08\uff09\u300a\u300b\u201c\u201d]"
HALF_WIDTH = re.compile(rf"(?<={HAN})[,;:?!()]|[,;:?!()](?={HAN})")
CODE = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)]*\)", re.DOTALL)
# A bureau keeps a 底库; it scores nothing by tossing coins.
NOT_SAID = ("案例", "抛硬币", "随手挑", "做全套", "要紧短板", "本月建议拜访")


@pytest.mark.parametrize("path", PROSE, ids=lambda path: path.name)
def test_sentences_have_full_width_marks(path: Path) -> None:
    prose = CODE.sub("x", path.read_text(encoding="utf-8"))
    assert [prose[max(0, hit.start() - 12) : hit.end() + 6] for hit in HALF_WIDTH.finditer(prose)] == []


@pytest.mark.parametrize("path", [*PROSE, *LABELS], ids=lambda path: path.name)
def test_words_are_those_of_the_glossary(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".toml":
        told = [entry["zh"] for entry in tomllib.loads(text).values() if isinstance(entry, dict) and "zh" in entry]
        text = "\n".join(told)
    assert [word for word in NOT_SAID if word in text] == []
