"""The commands that stand in modules of their own."""

from __future__ import annotations

from chaingraph.commands import COMMANDS


def test_every_command_has_a_name_of_its_own_and_says_what_it_does() -> None:
    names = [command.name for command in COMMANDS]
    assert len(set(names)) == len(names)
    assert {"import", "backtest", "brief", "tag", "query", "neo4j", "ledger", "pools"} <= set(names)
    assert all(command.help for command in COMMANDS)
