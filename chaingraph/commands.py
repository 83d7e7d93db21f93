"""The commands that stand in modules of their own, gathered for the command line."""

from __future__ import annotations

import click

from chaingraph import ledger_views_cli, national_cli, neo4j_cli, pools_cli, sql_cli, tag_cli

COMMANDS: tuple[click.Command, ...] = (
    *neo4j_cli.COMMANDS,
    *national_cli.COMMANDS,
    *tag_cli.COMMANDS,
    *ledger_views_cli.COMMANDS,
    *pools_cli.COMMANDS,
    *sql_cli.COMMANDS,
)
