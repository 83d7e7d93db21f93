"""READMEs and documentation say the same in both languages, name only what exists, and their walk runs."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import click
import pytest

from chaingraph.cli.main import command_line, main

ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.zh-CN.md")
# In the order in which one reads: what one shows may rest on what those before it have made.
ORDER = ("workbook", "ledger")
NAMES = {path.stem for path in (ROOT / "docs" / "en").glob("*.md")}
IN_ORDER = (*ORDER, *sorted(NAMES - set(ORDER)))
PAGES = {
    "en": ("README.md", *(f"docs/en/{name}.md" for name in IN_ORDER)),
    "zh": ("README.zh-CN.md", *(f"docs/zh/{name}.md" for name in IN_ORDER)),
}
PROOF = ("docs/en/proof.md", "docs/zh/proof.md")
CASE = "data/jiaxing"
DAY = "2026-06-30"  # of the row that is shown figure by figure


def blocks(name: str, kind: str) -> list[str]:
    """The fenced blocks of a kind: ``sh``, ``python``, ``powershell``."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def without_comments(block: str) -> list[str]:
    lines = (re.sub(r"(^|\s+)#.*$", "", line).rstrip() for line in block.splitlines())
    return [line for line in lines if line]


def commands(name: str, kinds: tuple[str, ...] = ("sh",)) -> list[list[str]]:
    """The calls of ``chaingraph`` in blocks, as argument lists."""
    lines = [line for kind in kinds for block in blocks(name, kind) for line in without_comments(block)]
    calls = [shlex.split(line) for line in lines]
    return [call[1:] for call in calls if call and call[0].rpartition("/")[2] == "chaingraph"]


def test_both_languages_have_the_same_pages() -> None:
    assert {path.stem for path in (ROOT / "docs" / "zh").glob("*.md")} == NAMES


@pytest.mark.parametrize("kind", ["sh", "python", "powershell", "text", "toml"])
@pytest.mark.parametrize(("english", "chinese"), list(zip(PAGES["en"], PAGES["zh"], strict=True)))
def test_both_languages_show_the_same_commands(kind: str, english: str, chinese: str) -> None:
    one, other = ([without_comments(block) for block in blocks(name, kind)] for name in (english, chinese))
    assert one == other


@pytest.mark.parametrize("name", [*PAGES["en"], *PAGES["zh"]])
def test_files_named_are_there(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    linked = {target.partition("#")[0] for target in re.findall(r"\]\(([^)#]+)[)#]", text) if "://" not in target}
    absent = sorted(path for path in linked if not ((ROOT / name).parent / path).exists())
    called = set(re.findall(r"(?<![\w/])(?:\.ci|scripts)/\w+(?:\.py)?", text))
    absent += sorted(path for path in called if not (ROOT / path).exists())
    assert not absent, f"{name} names what is not there: {absent}"


SHOWN = [call for name in PAGES["en"] for call in commands(name, ("sh", "text"))]


@pytest.mark.parametrize("call", SHOWN, ids=" ".join)
def test_commands_shown_have_these_options(call: list[str]) -> None:
    command: click.Command = command_line("en")
    words = list(call)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        if "." in words[0]:
            break  # `import FILE`
        word = words.pop(0)
        assert word in command.commands, f"there is no command `chaingraph {word}`"
        command = command.commands[word]
    if isinstance(command, click.Group):
        command = command.commands["file"]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known


def figures(protocol: str) -> dict[str, dict[str, float]]:
    """Stored figures of the back-test by method, pool A: each city ranks all hidden firms."""
    stored = json.loads((ROOT / "docs" / "backtest" / f"{protocol}.json").read_text(encoding="utf-8"))
    return {row["method"]: row for row in stored["summary"] if row["pool"] == "A"}


@pytest.mark.parametrize("name", PROOF)
def test_figures_are_those_of_the_stored_back_test(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    shown = re.findall(r"^\| [^|]+ \| (0\.\d+) \| (\d+) % \| (0\.\d+) \| (\d+) % \|$", text, flags=re.MULTILINE)
    hidden, later = figures("hide30"), figures("temporal")
    methods = ("random", "same_industry", "topsis", "topsis_strong", "boosting", "no_peers", "score")
    assert shown == [
        (
            f"{hidden[method]['auroc']:.3f}",
            f"{100 * hidden[method]['recall100']:.0f}",
            f"{later[method]['auroc']:.3f}",
            f"{100 * later[method]['recall100']:.0f}",
        )
        for method in methods
    ]
    for row in (hidden, later):  # what a default run has, beside the full score
        assert re.search(rf"{row['sums']['auroc']:.3f}\D+{row['score']['auroc']:.3f}", text)
    for row in (hidden["score"], later["score"]):
        assert re.search(rf"{row['auroc_low']:.3f} \S+ {row['auroc_high']:.3f}", text)


@pytest.mark.parametrize("name", PROOF)
def test_figures_are_those_of_the_stored_gap_forecast(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    stored = json.loads((ROOT / "docs" / "backtest" / "gaps.json").read_text(encoding="utf-8"))
    rows = {row["method"]: row for row in stored["summary"] if row["split"] == "temporal"}
    shown = re.findall(r"^\| [^|]+ \| (0\.\d+) \| (0\.\d+) \| (\d+\.\d) % \|$", text, flags=re.MULTILINE)
    assert shown == [
        (f"{row['pooled']:.3f}", f"{row['within']:.3f}", f"{100 * row['first20']:.1f}")
        for row in (rows[method] for method in ("random", "size_popularity", "gap_logistic"))
    ]
    gain = rows["gap_logistic"]
    assert re.search(rf"{100 * gain['gain_low']:.1f} \S+ {100 * gain['gain_high']:.1f}", text)
    facts = stored["facts"]["temporal"]
    assert f"{facts['pairs']:,.0f}" in text
    assert f"{100 * facts['rate']:.1f} %" in text


def test_the_walk_in_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All Python blocks, one after the other in one namespace, as a reader would type them."""
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {}
    for name in PAGES["en"]:
        for block in blocks(name, "python"):
            exec(compile(block.replace(CASE, str(ROOT / CASE)), name, "exec"), namespace)
    written = {path.name for path in tmp_path.iterdir()}
    named = set(re.findall(r'"([\w-]+\.(?:xlsx|html|csv))"', "".join(blocks(READMES[0], "python"))))
    assert named <= written


@pytest.mark.slow
def test_the_walk_in_the_shell_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All calls of chaingraph shown, in order, in one folder."""
    monkeypatch.chdir(tmp_path)
    for call in [call for name in PAGES["en"] for call in commands(name)]:
        code = main([word.replace(CASE, str(ROOT / CASE)) for word in call])
        said = capsys.readouterr()
        shown = f"chaingraph {' '.join(call)}\n{said.out}{said.err}"
        if call == ["check", "my-city.xlsx"]:  # nobody has filled it in here
            assert code == 1, shown
            assert "firms" in said.err
        else:
            assert code == 0, shown
            assert said.out.strip()
    assert {"solar.html", "my-city.xlsx", "out"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("lang", ["zh", pytest.param("en", marks=pytest.mark.slow)])
def test_the_row_shown_figure_by_figure_is_what_the_command_says(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = blocks(f"docs/{lang}/lists.md", "console")
    (call,) = commands(f"docs/{lang}/lists.md", ("text",))
    assert main([*(str(ROOT / word) if word == CASE else word for word in call), "--lang", lang, "--as-of", DAY]) == 0
    said = {line.strip() for line in capsys.readouterr().out.splitlines()}
    assert not {line.strip() for line in example.splitlines()} - said


@pytest.mark.parametrize("name", PROOF)
def test_a_default_run_s_own_figures_for_jiaxing_stand_beside_those_of_the_full_score(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for protocol in ("hide30", "temporal"):
        stored = json.loads((ROOT / "docs" / "backtest" / f"{protocol}.json").read_text(encoding="utf-8"))
        own = {row["method"]: row for row in stored["by_city"] if (row["pool"], row["city"]) == ("A", "嘉兴")}
        assert {f"{own[method]['auroc']:.3f}" for method in ("score", "sums")} <= set(re.findall(r"0\.\d{3}", text))
