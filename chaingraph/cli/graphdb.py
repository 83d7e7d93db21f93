"""The commands for Neo4j: ``chaingraph neo4j push|pull|query|wipe`` and ``chaingraph query NAME --param key=value``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from chaingraph.cli.options import FOLDER, PATH, Server, server_options
from chaingraph.cli.terminal import terminal_table
from chaingraph.labels import text
from chaingraph.writers import CASE_FORMS, CaseForm


@click.group("neo4j")
def neo4j_commands() -> None:
    """Exchange data with Neo4j: push, pull, query, wipe."""


@neo4j_commands.command("push")
@click.argument("case", type=PATH)
@server_options
@click.option("--dataset", metavar="NAME")
@click.option("--region", metavar="REGION")
@click.option("--prune", is_flag=True)
@click.pass_obj
def push_command(
    lang: str, case: Path, server: Server, dataset: str | None, region: str | None, *, prune: bool
) -> None:
    """Write a case, only what differs."""
    from chaingraph.engines.duckdb import open_engine
    from chaingraph.matching.merge import build_graph
    from chaingraph.model.schema import REQUIRED_TABLES
    from chaingraph.reading.read import NATIONAL_TABLES, read_case
    from chaingraph.stores.graphdb.push import write_neo4j
    from chaingraph.stores.parquet.read import is_large, read_large_case, read_whole_case

    large = is_large(case)
    # What is surveyed has chains; what is only shared may be a national case, which has firms alone.
    required = REQUIRED_TABLES if region else NATIONAL_TABLES
    read = read_whole_case(case, lang=lang) if large else read_case(case, lang=lang, required=required)
    graph = build_graph(read)
    findings = None
    if region:
        from chaingraph.api import survey  # loads what a push without results has no use for

        # Results are those of a run: of datasets, with the firms that the region sees.
        seen = build_graph(read_large_case(case, region, open_engine, lang=lang)) if large else graph
        findings = survey(seen, region=region, lang=lang)
    rows = sum(len(frame) for frame in graph.tables.values())
    with click.progressbar(length=rows, label=text("neo4j.pushing", lang), item_show_func=str, file=sys.stderr) as bar:
        load = write_neo4j(
            graph,
            **server._asdict(),
            dataset=dataset,
            findings=findings,
            prune=prune,
            progress=lambda kind, count: bar.update(count, kind),
        )
    if load.number is None:
        click.echo(text("neo4j.unchanged", lang, dataset=load.dataset))
        return
    for row in load.counts.to_dict("records"):
        if row["sent"] or row["retired"] or row["deleted"]:
            click.echo(text("neo4j.counted", lang, **{str(name): value for name, value in row.items()}))
    click.echo(text("neo4j.pushed", lang, dataset=load.dataset, number=load.number, rows=load.written))
    if load.run_id:
        click.echo(text("neo4j.run", lang, run=load.run_id))


@neo4j_commands.command("pull")
@server_options
@click.option("--dataset", metavar="NAME")
@click.option("--out", required=True, type=FOLDER, metavar="FOLDER")
@click.option("--form", type=click.Choice(CASE_FORMS), default=CASE_FORMS[0], show_default=True)
@click.pass_obj
def pull_command(lang: str, server: Server, dataset: str | None, out: Path, form: CaseForm) -> None:
    """Read a dataset back as a case folder."""
    from chaingraph.stores.graphdb.pull import read_neo4j
    from chaingraph.writers.case import write_case

    case = read_neo4j(**server._asdict(), dataset=dataset)
    write_case(case, out, form=form)
    held = sum(1 for frame in case.tables.values() if len(frame))
    rows = sum(len(frame) for frame in case.tables.values())
    click.echo(text("neo4j.pulled", lang, dataset=case.name, tables=held, rows=rows, out=out))


@neo4j_commands.command("wipe")
@click.argument("dataset")
@server_options
@click.option("--yes", is_flag=True)
@click.pass_obj
def wipe_command(lang: str, dataset: str, server: Server, *, yes: bool) -> int:
    """Take a dataset away; other people's data stay."""
    from chaingraph.stores.graphdb.pull import wipe_neo4j

    if not yes and not click.confirm(text("neo4j.wipe_ask", lang, dataset=dataset, uri=server.uri)):
        return 1
    click.echo(text("neo4j.wiped", lang, dataset=dataset, **wipe_neo4j(**server._asdict(), dataset=dataset)))
    return 0


@click.command("query")
@click.argument("name", required=False)
@server_options
@click.option("--param", "parameters", multiple=True, metavar="KEY=VALUE")
@click.option("--csv", "as_csv", is_flag=True)
@click.pass_obj
def query_command(lang: str, name: str | None, server: Server, parameters: tuple[str, ...], *, as_csv: bool) -> None:
    """Run a named query; without a name, list them."""
    from chaingraph.stores.graphdb.queries import cypher_queries, run_query
    from chaingraph.writers.files import csv_text

    if name is None:
        for query in cypher_queries().values():
            click.echo(f"{query.name}: {query.zh if lang == 'zh' else query.en}")
            click.echo("    " + " ".join(f"--param {key}={value}" for key, value in query.parameters.items()))
        return
    values = {}
    for parameter in parameters:
        key, separator, value = parameter.partition("=")
        if not separator:
            raise click.BadParameter(text("neo4j.param_form", lang, value=parameter), param_hint="--param")
        values[key] = value
    frame = run_query(server.uri, name, user=server.user, database=server.database, **values)
    if as_csv:
        click.echo(csv_text(frame, list(frame.columns), line_end="\n"), nl=False)
    elif frame.empty:
        click.echo(text("neo4j.no_rows", lang))
    else:
        click.echo(terminal_table(frame, list(frame.columns), lang, {name: name for name in frame.columns}))


neo4j_commands.add_command(query_command)

COMMANDS = (neo4j_commands, query_command)
