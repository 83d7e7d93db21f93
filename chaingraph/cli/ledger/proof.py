"""The commands that prove and save a ledger: ``chaingraph ledger check|seal|recover``."""

from __future__ import annotations

import json
from pathlib import Path

import click

from chaingraph.cli.ledger import views
from chaingraph.cli.ledger.acts import USUAL_RULES, LedgerFile, ledger_commands, ledger_options, opened_ledger
from chaingraph.cli.options import PATH, Named
from chaingraph.labels import text


@ledger_commands.command("check")
@ledger_options
@click.option("--rebuild", is_flag=True)
@click.option("--against", type=PATH)
@click.pass_obj
def check_command(lang: str, ledger: LedgerFile, against: Path | None, *, rebuild: bool) -> int:
    """Check that the ledger is whole, and that its past is the sealed one."""
    from chaingraph.ledger.proof.checks import check_ledger
    from chaingraph.ledger.proof.seal import read_seal, seal_faults

    sealed = None if against is None else read_seal(against)
    with opened_ledger(ledger, lang) as opened:
        if rebuild:
            opened.rebuild()
        faults = check_ledger(opened)
        if sealed is not None:
            faults += seal_faults(opened, sealed)
        for fault in faults:
            click.echo(text("ledger.check_fault", lang, **fault._asdict()), err=True)
        if faults:
            return 1
        events = sum(1 for _ in opened.events())
        click.echo(text("ledger.check_fine", lang, events=events, projects=len(opened.projects())))
        proven = "ledger.check_not_sealed" if sealed is None else "ledger.check_sealed"
        click.echo(text(proven, lang, **(sealed or {})))
    return 0


@ledger_commands.command("seal")
@ledger_options
@click.option("--out", type=PATH, required=True)
@click.pass_obj
def seal_command(lang: str, ledger: LedgerFile, out: Path) -> None:
    """Write what the ledger holds today, to be kept elsewhere."""
    from chaingraph.ledger.proof.seal import seal
    from chaingraph.writers.files import write_bytes

    with opened_ledger(ledger, lang) as opened:
        made = seal(opened)
    write_bytes((json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode(), out)
    click.echo(text("ledger.sealed", lang, path=out, **made))


@ledger_commands.command("recover")
@click.argument("old", type=PATH)
@click.argument("new", type=PATH)
@click.option("--rules", type=Named("rules"), default=USUAL_RULES, show_default=True)
@click.pass_obj
def recover_command(lang: str, old: Path, new: Path, rules: str) -> int:
    """Copy what holds of a damaged ledger into a new one, and list the rest."""
    from chaingraph.ledger.proof.recover import recover
    from chaingraph.ledger.rules import load_rules

    done = recover(old, new, load_rules(rules))
    click.echo(text("ledger.recovered", lang, path=new, count=done.copied))
    for lost in done.lost:
        click.echo(text("ledger.recovered_not", lang, **lost._asdict()), err=True)
    return 1 if done.lost else 0


COMMANDS = views.COMMANDS  # the group, with the commands of all three modules
