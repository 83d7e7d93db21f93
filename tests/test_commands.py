"""The commands that stand in modules of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import click
import pytest

from chaingraph.cli import main
from chaingraph.commands import COMMANDS


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
