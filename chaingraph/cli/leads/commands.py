"""The commands ``leads read|review|list``: texts into facts, facts past a person, reviewed facts as reasons to call."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chaingraph.cli.into import add_and_tell, into_options, into_or_out
from chaingraph.cli.options import FILE, FOLDER, PATH, checked_date
from chaingraph.cli.terminal import terminal_table
from chaingraph.clock import today
from chaingraph.labels import text
from chaingraph.model.columns import SIGNALS, SITE_STATUSES, is_missing

if TYPE_CHECKING:
    import pandas as pd

    from chaingraph.leads.read import LeadsRead
    from chaingraph.model.case import Case

_SHOWN = 10  # files that could not be read, and doubtful names, that are told one by one
_CODES = {"kind": "codes.signal_", "stage": "leads.stage_", "site_status": "leads.site_"}


@click.group("leads")
def leads_commands() -> None:
    """Texts of the week into facts, reviewed, as reasons to call."""


@leads_commands.command("read")
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option("--region", required=True, metavar="REGION")
@click.option("--out", type=FOLDER, metavar="FOLDER")
@into_options
@click.option("--no-quotes", is_flag=True)
@click.option("--llm", metavar="URL")
@click.option("--llm-model", default="local", show_default=True, metavar="NAME")
@click.pass_obj
def read_command(
    lang: str,
    /,
    files: tuple[Path, ...],
    region: str,
    out: Path | None,
    into: Path | None,
    *,
    no_quotes: bool,
    llm: str | None,
    llm_model: str,
    **more: object,
) -> None:
    """Read texts into facts."""
    from chaingraph.engines.local_model import local_model
    from chaingraph.leads.read import files_of, read_leads
    from chaingraph.model.case import Case
    from chaingraph.reading.read import NATIONAL_TABLES, read_case
    from chaingraph.writers.case import write_case

    asked = into_or_out(lang, into, out, **more)
    proposer = None if llm is None else local_model(llm, model=llm_model)
    held = None if asked is None else read_case(asked.case, lang=lang, required=NATIONAL_TABLES)
    paths = files_of(files)
    with click.progressbar(length=len(paths), file=sys.stderr, show_pos=True) as bar:
        found = read_leads(
            paths,
            region=region,
            case=None if held is None else held.tables,
            quotes=not no_quotes,
            lang=lang,
            each=lambda _: bar.update(1),
            proposer=proposer,
        )
    tell_read(found, lang)
    if not len(found.tables["evidence"]):
        click.echo(text("leads.nothing_new", lang))
    elif asked is not None:
        names = text("gaps.list_separator", lang).join(path.name for path in files)
        add_and_tell(lang, asked, found.tables, names)
    else:
        assert out is not None  # one of the two is given
        write_case(Case(out.name, found.tables), out, form="csv")
        click.echo(text("leads.wrote", lang, path=out))


def tell_read(found: LeadsRead, lang: str) -> None:
    """What became of the files: those not read and why, names in doubt, texts without a fact, the funnel, the sites."""
    for row in found.rejects.head(_SHOWN).to_dict("records"):
        values = {"file": row["table"], "reason": row["reason"], "remedy": row["remedy"]}
        click.echo(text("leads.not_read", lang, **values), err=True)
    if len(found.rejects) > _SHOWN:
        click.echo(text("leads.more_not_read", lang, count=len(found.rejects) - _SHOWN), err=True)
    if len(found.doubts):
        names = list(dict.fromkeys(str(name) for name in found.doubts["left"]))
        shown = text("gaps.list_separator", lang).join(names[:_SHOWN])
        click.echo(text("leads.doubts", lang, count=len(names), names=shown), err=True)
    if found.silent:
        shown = text("gaps.list_separator", lang).join(found.silent[:_SHOWN])
        click.echo(text("leads.no_facts", lang, count=len(found.silent), names=shown), err=True)
    click.echo(text("leads.funnel", lang, **found.funnel))
    if found.asked:
        share = f"{found.asked['kept'] / found.asked['values']:.0%}" if found.asked["values"] else "-"
        click.echo(text("leads.llm_kept", lang, share=share, **found.asked))
    counts = Counter(str(status) for status in found.tables["firm_signals"]["site_status"])
    if counts:
        told = [f"{text(f'leads.site_{code}', lang)} {counts[code]}" for code in SITE_STATUSES if counts[code]]
        click.echo(text("leads.by_site", lang, counts=text("gaps.list_separator", lang).join(told)))


@leads_commands.command("review")
@click.argument("case", type=PATH)
@click.option("--out", type=FILE, metavar="FILE")
@click.option("--apply", "answers", type=PATH, metavar="FILE")
@click.pass_obj
def review_command(lang: str, case: Path, out: Path | None, answers: Path | None) -> None:
    """Write what waits for review, or take it back."""
    from chaingraph.reading.read import NATIONAL_TABLES, read_case

    if (out is None) == (answers is None):
        raise click.UsageError(text("leads.review_one_way", lang))
    held = read_case(case, lang=lang, required=NATIONAL_TABLES)
    if out is not None:
        from chaingraph.leads.review import review_rows
        from chaingraph.writers.review_sheet import write_review

        rows = review_rows(held.tables)
        if rows.empty:
            click.echo(text("leads.nothing_to_review", lang))
            return
        write_review(rows, out, lang=lang)
        click.echo(text("leads.review_written", lang, count=len(rows), path=out))
        return
    assert answers is not None  # one of the two is given
    _take_back(held, case, answers, lang)


def _take_back(held: Case, case: Path, answers: Path, lang: str) -> None:
    from chaingraph.leads.products import SegmentWords
    from chaingraph.leads.review import changes_by_table, read_review, reviewed, sources_of
    from chaingraph.writers.into.change import change_case

    words = SegmentWords.of(held["segments"], held["segment_terms"])
    sources = sources_of(held["evidence"]).dropna(subset=["written"])
    amounts = dict(zip(sources["signal_id"], sources["written"], strict=True))
    done = reviewed(held["firm_signals"], read_review(answers, lang), lang, words, amounts)
    for row, reason in done.problems:
        click.echo(text("leads.review_row", lang, row=row, reason=reason), err=True)
    version = change_case(case, changes_by_table(held.tables, done), day=today(), about=answers.name, lang=lang)
    click.echo(text("leads.review_applied", lang, **done.counts))
    if version is not None:
        click.echo(text("leads.kept_version", lang, path=version, case=case))


@leads_commands.command("list")
@click.argument("case", type=PATH)
@click.option("--since", callback=checked_date, metavar="DATE")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(list(SIGNALS)))
@click.option("--chain", metavar="CHAIN")
@click.option("--site-status", "sites", multiple=True, type=click.Choice(list(SITE_STATUSES)))
@click.option("--as-of", default=today, callback=checked_date, metavar="DATE")
@click.option("--out", type=FILE, metavar="FILE.csv")
@click.pass_obj
def list_command(
    lang: str,
    case: Path,
    since: str | None,
    kinds: tuple[str, ...],
    chain: str | None,
    sites: tuple[str, ...],
    as_of: str,
    out: Path | None,
) -> None:
    """Reviewed facts, the reasons to call first."""
    from chaingraph.leads.listing import LIST_COLUMNS, lead_list
    from chaingraph.reading.read import NATIONAL_TABLES, read_case
    from chaingraph.writers.files import write_csv

    held = read_case(case, lang=lang, required=NATIONAL_TABLES)
    rows = lead_list(held.tables, as_of=as_of, since=since, kinds=kinds, chain=chain, site_status=sites)
    if out is not None:
        write_csv(rows, out, columns=LIST_COLUMNS)
        click.echo(text("cli.wrote", lang, path=out))
    elif len(rows):
        captions = {name: text(f"leads.column_{name}", lang) for name in LIST_COLUMNS}
        click.echo(terminal_table(_worded(rows, lang), LIST_COLUMNS[:-1], lang, captions))
    else:
        click.echo(text("leads.list_empty", lang))
    pending = int((held["firm_signals"]["review"] == "pending").sum())
    reasons = int(rows["reason"].sum())
    click.echo(text("leads.list_counts", lang, count=len(rows), reasons=reasons, day=as_of, pending=pending))


def _worded(rows: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Codes and flags as people word them."""
    shown = rows.astype(object)
    for name, area in _CODES.items():
        shown[name] = [None if is_missing(code) else text(f"{area}{code}", lang) for code in shown[name]]
    shown["reason"] = [text("leads.yes" if flag else "leads.no", lang) for flag in shown["reason"]]
    shown["sources"] = [None if is_missing(count) else str(count) for count in shown["sources"]]
    return shown


COMMANDS: tuple[click.Command, ...] = (leads_commands,)
