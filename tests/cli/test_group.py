"""The commands that stand in modules of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import click
import pytest

from chaingraph.cli import national as national_cli
from chaingraph.cli.group import COMMANDS
from chaingraph.cli.main import main
from chaingraph.errors import ChaingraphError


def test_every_command_has_a_name_of_its_own_and_says_what_it_does() -> None:
    names = [command.name for command in COMMANDS]
    assert len(set(names)) == len(names)
    assert {"import", "backtest", "brief", "tag", "query", "neo4j", "ledger", "pools"} <= set(names)
    assert all(command.help for command in COMMANDS)


def _help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main([*arguments, "--help"]) == 0
    return capsys.readouterr().out


def _all_commands(commands: Iterable[click.Command], above: tuple[str, ...] = ()) -> Iterator[list[str]]:
    for command in commands:
        yield [*above, str(command.name)]
        if isinstance(command, click.Group):
            yield from _all_commands(command.commands.values(), (*above, str(command.name)))


@pytest.mark.parametrize("words", list(_all_commands(COMMANDS)), ids=" ".join)
def test_help_speaks_one_language(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    chinese, english = (_help([*words, "--lang", lang], capsys) for lang in ("zh", "en"))
    assert not re.search("[\u4e00-\u9fff]", english.replace("嘉兴", "")), english  # a default may be a place
    assert "显示帮助" in chinese
    assert "Show this" not in chinese
    for shown in (chinese, english):
        assert " / " not in shown


def test_the_language_of_a_group_is_that_of_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Read a dataset back" in _help(["neo4j", "--lang", "en", "pull"], capsys)


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
    for lang, said in (("en", f"Wrong value of {words[-2]}: {words[-1]} is no "), ("zh", f"{words[-1]} 不是日期")):
        assert main([*words, "--lang", lang]) == 2
        assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["export", "x", "--out", "y.doc"], "cannot tell what y.doc is to be: end --out in .xlsx, .html or .csv"),
        (["export", "x", "--out", "y.html"], "for y.html the case that holds the targets is needed too: --case"),
        (["import", "x", "--by", "y"], "give a SHEET or --shortlist FILE.xlsx, one of the two"),
        (["add", "x", "p", "--by", "y", "--set", "place"], "--set place: write field=value; the fields are: project,"),
    ],
    ids=lambda words: str(words[0]),
)
def test_wrong_usage_of_the_ledger_says_what_is_right(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ledger", *words, "--lang", "en"]) == 2
    assert f"Wrong usage: {said}" in capsys.readouterr().err


def test_seeds_are_numbers_and_not_without_end() -> None:
    for seeds in ("5-2", "a", "-1", "0-99999999999", "0-999,1000", "²"):
        with pytest.raises(ChaingraphError, match="write 0-4 or 0,2,5, at most 1000 of them"):
            national_cli.seed_numbers(seeds)
    assert len(national_cli.seed_numbers("0-999")) == 1000


def test_a_back_test_is_not_begun_where_its_figures_cannot_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest", "nowhere", "--out", "no/such/folder/f.json", "--lang", "en"]) == 1
    assert "the folder of no/such/folder/f.json does not exist" in capsys.readouterr().err
