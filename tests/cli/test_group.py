"""All commands: what their help says, in which language, and what is answered to wrong usage."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pytest

from chaingraph import cli as cli_room
from chaingraph.cli.group import COMMANDS, command_line
from chaingraph.cli.main import main
from chaingraph.cli.proof import backtest as backtest_cli
from chaingraph.cli.taken import FILE_COMMAND, FileFirst
from chaingraph.errors import ChaingraphError
from chaingraph.labels import LANGUAGES, entries, text


def test_every_command_has_a_name_of_its_own() -> None:
    names = [command.name for command in COMMANDS]
    assert len(set(names)) == len(names)
    assert {"check", "run", "import", "backtest", "brief", "tag", "query", "neo4j", "ledger", "pools"} <= set(names)


def _walk(command: click.Command, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield above, command
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from _walk(below, (*above, name))


TOLD = {lang: dict(_walk(command_line(lang))) for lang in LANGUAGES}
WORDS = list(TOLD["en"])
# What stands in the help of one language though it is of the other: places, and what is typed as it stands.
TYPED = re.compile(r"嘉兴|浙江|平湖|chaingraph[\w\[\] ]*|\b(?:duckdb|parquet|local|spark)\S*|[A-Z][\w.-]*")


def _help(words: Sequence[str], lang: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main([*words, "--help", "--lang", lang]) == 0
    return capsys.readouterr().out


def test_no_command_lists_the_choices_of_an_option_itself() -> None:
    """They stand once, in the module that owns them or in a registry; a command may add one word, such as ``all``."""
    modules = sorted(Path(cli_room.__path__[0]).rglob("*.py"))
    nodes = [node for path in modules for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "click.Choice"]
    assert len(calls) >= 10
    for call in calls:
        words = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant) and node.value != 0]
        assert len(words) <= 1, ast.unparse(call)


@pytest.mark.parametrize("words", ["backtest", "chart", "ledger export", "ledger list", "neo4j pull", "pools"])
def test_help_of_a_command_loads_no_tables(words: str) -> None:
    probe = (
        f"import sys; from chaingraph.cli.main import main; main([*{words.split()!r}, '--help']);"
        "print('loaded', *sorted({'pandas', 'numpy', 'duckdb', 'xlsxwriter'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "loaded"


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_help_speaks_one_language(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    chinese, english = (_help(words, lang, capsys).partition(text("cli.examples", lang))[0] for lang in ("zh", "en"))
    assert not re.search("[\u4e00-\u9fff]", TYPED.sub("", english)), english
    assert "显示帮助" in chinese
    prose = [line for line in TYPED.sub("", chinese).splitlines() if not line.startswith("  --")]
    assert not re.search("[a-z]{2,} [a-z]{2,} [a-z]{2,}", "\n".join(prose)), chinese
    assert not re.search(r"Usage|Options|Commands|required|default\b", chinese), chinese


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_every_command_and_option_says_what_it_is_for(words: tuple[str, ...], lang: str) -> None:
    command = TOLD[lang][words]
    assert (command.help or "").strip()
    assert (command.short_help or "").strip()
    told = {option.opts[0]: option.help for option in command.params if isinstance(option, click.Option)}
    assert {"--lang", "--help"} <= set(told)
    assert not [name for name, help_ in told.items() if not help_]


def _examples(command: click.Command, lang: str) -> list[list[str]]:
    lines = (command.epilog or "").partition(text("cli.examples", lang))[2].strip().splitlines()
    return [shlex.split(line) for line in lines]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_every_command_has_examples_that_can_be_typed(words: tuple[str, ...], lang: str) -> None:
    examples = _examples(TOLD[lang][words], lang)
    assert examples
    for program, *given in examples:
        assert program == "chaingraph"
        called, path, rest = TOLD[lang][()], (), [word for word in given if word != "--help"]
        if rest[:1] == ["--lang"]:
            rest = rest[2:]
        while isinstance(called, click.Group) and not rest[0].startswith("-"):
            if isinstance(called, FileFirst) and rest[0] not in called.commands:
                rest = [FILE_COMMAND, *rest]
            path, rest = (*path, rest[0]), rest[1:]
            called = TOLD[lang][path]
        assert path[: len(words)] == words, f"an example of something else: {given}"
        if rest or given[-1] != "--help":
            called.make_context(" ".join(path), list(rest), obj=lang)  # what is wrong with it is raised
    # The examples of a city are for both kinds of readers, but a file of one's own is named in one's own language.
    assert lang == "zh" or not re.search("[\u4e00-\u9fff]+[.]|[\u4e00-\u9fff]{4,}", str(examples))


def test_no_help_is_left_of_a_command_or_an_option_that_is_gone() -> None:
    used = {"option_lang", "option_help"}
    held = entries("commands", "en")
    for words, command in TOLD["en"].items():
        names = ["_".join(words), words[-1]] if words else ["group"]
        for kind in ("help", "short", "examples"):
            used |= {f"{kind}_{name.replace('-', '_')}" for name in names}
        for option in command.params:
            places = ["_".join([*words[:depth], option.opts[0].lstrip("-")]) for depth in range(len(words), -1, -1)]
            asked = [f"option_{place.replace('-', '_')}" for place in places]
            used |= {name for name in asked if name in held and held[name] == getattr(option, "help", None)}
    assert not set(held) - used


@pytest.mark.parametrize(
    "words",
    [
        ["--lang", "en", "neo4j", "pull"], ["neo4j", "--lang", "en", "pull"], ["neo4j", "pull", "--lang", "en"],
        ["neo4j", "pull", "--lang=en"], ["--lang", "zh", "neo4j", "pull", "--lang", "en"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_the_language_counts_wherever_it_stands(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--help"]) == 0
    assert "Read a dataset back" in capsys.readouterr().out
    assert main([*words]) == 2  # --out is missing: said in the same language
    assert "--out is missing." in capsys.readouterr().err


def test_the_language_before_a_command_is_that_of_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["check", "nowhere"], ["tag", "nowhere", "--with", "x", "--out", str(tmp_path / "y")], ["sql", "x"]):
        assert main(["--lang", "en", *words]) == 1
        said = capsys.readouterr().err
        assert "Not done: " in said
        assert not re.search("[\u4e00-\u9fff]", said), said


@pytest.mark.parametrize(
    ("words", "chinese", "english"),
    [
        (["neo4j", "pull", "--out", "x", "--form", "doc"], "只能是 parquet, csv 之一", "write one of parquet, csv"),
        (
            ["brief", "x", "--region", "嘉兴", "--top", "0"],
            "要写 1 到 100 的整数",
            "write a whole number from 1 to 100",
        ),
        (["ledger", "extend", "x", "p", "--by", "y", "--months", "one"], "要写整数", "write a whole number"),
        (["ledger", "paid", "x", "p", "--by", "y", "--usd-m", "much"], "要写数字", "write a number"),
        (["check", "x", "y"], "多写了 y。", "Too many arguments: y."),
        (["run", "x", "--pictures=yes"], "--pictures 后面不写值。", "--pictures takes no value."),
        (["rnu"], "没有命令 rnu。相近的有 run", "There is no command rnu. Similar: run"),
        (["ledger", "zzz"], "没有命令 zzz。可用的有 add,", "There is no command zzz. Available: add,"),
        (["sql", "x", "--out", "."], ". 是文件夹；这里要写一个文件", ". is a folder; name a file"),
        (["brief", "x", "--region", ""], "--region 的值不对：值为空", "Invalid value for --region: it is empty"),
        (["tag", "", "--with", "x", "--out", "y"], "CASE 的值不对：值为空", "Invalid value for CASE: it is empty"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_wrong_usage_is_said_in_the_reader_s_language(
    words: list[str], chinese: str, english: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for lang, said in (("zh", chinese), ("en", english)):
        assert main(["--lang", lang, *words]) == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["pools", "x", "--region", "嘉兴", "--on", "2024-02"],
        ["brief", "x", "--region", "嘉兴", "--on", "2023-02-29"],
        ["import", "register", "x", "--out", "y", "--as-of", "today"],
        *(["ledger", *words, "--as-of", "2024"] for words in (
            ["list", "x"], ["board", "x", "--case", "y"], ["export", "x", "--out", "y.csv"],
            ["refit", "x", "--case", "y", "--out", "z"],
        )),
    ],
    ids=lambda words: " ".join(words[:2]),
)  # fmt: skip
def test_what_is_no_day_is_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for lang, said in (
        ("en", f"Invalid value for {words[-2]}: {words[-1]} is not a "),
        ("zh", f"{words[-1]} 不是日期"),
    ):
        assert main([*words, "--lang", lang]) == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["export", "x", "--out", "y.doc"],
            "cannot tell which format y.doc should have: end --out in .xlsx, .html or .csv",
        ),
        (["export", "x", "--out", "y.html"], "y.html also needs the case that holds the targets: --case"),
        (["import", "x", "--by", "y"], "give either a SHEET or --shortlist FILE.xlsx"),
        (["add", "x", "p", "--by", "y", "--set", "place"], "--set place: write field=value; the fields are: project,"),
    ],
    ids=lambda words: str(words[0]),
)
def test_wrong_usage_of_the_ledger_says_what_is_right(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", *words, "--lang", "en"]) == 2
    assert f"Invalid usage: {said}" in capsys.readouterr().err


def test_seeds_are_numbers_and_not_without_end() -> None:
    for seeds in ("5-2", "a", "-1", "0-99999999999", "0-999,1000", "²"):
        with pytest.raises(ChaingraphError, match="write 0-4 or 0,2,5, at most 1000 of them"):
            backtest_cli.seed_numbers(seeds)
    assert len(backtest_cli.seed_numbers("0-999")) == 1000


def test_a_back_test_is_not_begun_where_its_figures_cannot_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest", "nowhere", "--out", "no/such/folder/f.json", "--lang", "en"]) == 1
    assert "the folder of no/such/folder/f.json does not exist" in capsys.readouterr().err
