"""The command ``likelihood``."""

from __future__ import annotations

from pathlib import Path

import click

from chaingraph.cli.options import AS_OF, PATH
from chaingraph.labels import text


@click.command("likelihood")
@click.argument("units", type=PATH)
@click.option("--outcomes", type=PATH, metavar="FILE.csv")
@click.option("--out", required=True, type=PATH, metavar="FILE.toml")
@AS_OF
@click.pass_obj
def likelihood_command(lang: str, units: Path, outcomes: Path | None, out: Path, as_of: str) -> None:
    """Fit the chance that a group comes within three years on units of one's own, from 200 entries on."""
    from chaingraph.backtest.entry_fit import as_toml, fit_entries, reading, with_outcomes
    from chaingraph.backtest.units import units_of
    from chaingraph.fit.entry_rates import shipped_rates
    from chaingraph.importers.headings import load_headings
    from chaingraph.importers.published import read_columns
    from chaingraph.reading.read import read_case
    from chaingraph.writers.files import check_file_place, write_bytes

    check_file_place(out)
    tables = read_case(units, lang=lang, required=("firms", "firm_sites")).tables
    if outcomes is not None:
        rows = read_columns(outcomes, load_headings("outcomes", "outcomes"), ("firm", "region", "date"), lang)
        tables = with_outcomes(tables, rows)
    done = fit_entries(units_of(tables), source=units.name, on=as_of, before=shipped_rates())
    click.echo(reading(done, lang))
    if done.fitted:
        write_bytes(as_toml(done).encode(), out)
        click.echo(text("ledger.written", lang, path=out))


COMMANDS: tuple[click.Command, ...] = (likelihood_command,)
