"""The commands for Neo4j: ``chaingraph neo4j push|pull|query|wipe`` and ``chaingraph query NAME --param key=value``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from chaingraph.cli.options import FOLDER, PATH, together
from chaingraph.cli.terminal import terminal_table
from chaingraph.labels import text
from chaingraph.writers import CASE_FORMS, CaseForm

# Where the server is and how to get in; the password comes from the environment, never from a command line.
_server_options = together(
    click.option("--uri", envvar="NEO4J_URI", default="neo4j://localhost:7687", show_default=True, metavar="URI"),
    click.option("--user", envvar="NEO4J_USER", default="neo4j", show_default=True, metavar="USER"),
    click.option("--database", default="neo4j", show_default=True, metavar="NAME"),
)


@click.group("neo4j")
def neo4j_commands() -> None:
    """Exchange data with Neo4j: push, pull, query, wipe."""


@neo4j_commands.command("push")
@click.argument("case", type=PATH)
@_server_options
@click.option("--dataset", metavar="NAME")
@click.option("--region", metavar="REGION")
@click.option("--prune", is_flag=True)
@click.pass_obj
def push_command(
    lang: str, case: Path, uri: str, user: str, database: str, dataset: str | None, region: str | None, *, prune: bool
) -> None:
    """Write a case, only what differs."""
    from chaingraph.api import survey
    from chaingraph.matching.merge import build_graph
    from chaingraph.reading.read import NATIONAL_TABLES, read_case
    from chaingraph.stores.graphdb.push import write_neo4j

    # What is surveyed has chains; what is only shared may be a national case, which has firms alone.
    read = read_case(case, lang=lang) if region else read_case(case, lang=lang, required=NATIONAL_TABLES)
    graph = build_graph(read)
    findings = survey(graph, region=region, lang=lang) if region else None
    rows = sum(len(frame) for frame in graph.tables.values())
    with click.progressbar(length=rows, label=text("neo4j.pushing", lang), item_show_func=str, file=sys.stderr) as bar:
        load = write_neo4j(
            graph,
            uri,
            user=user,
            dataset=dataset,
            findings=findings,
            prune=prune,
            database=database,
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
@_server_options
@click.option("--dataset", metavar="NAME")
@click.option("--out", required=True, type=FOLDER, metavar="FOLDER")
@click.option("--form", type=click.Choice(CASE_FORMS), default=CASE_FORMS[0], show_default=True)
@click.pass_obj
def pull_command(lang: str, uri: str, user: str, database: str, dataset: str | None, out: Path, form: CaseForm) -> None:
    """Read a dataset back as a case folder."""
    from chaingraph.stores.graphdb.pull import read_neo4j
    from chaingraph.writers.case import write_case

    case = read_neo4j(uri, user=user, dataset=dataset, database=database)
    write_case(case, out, form=form)
    held = sum(1 for frame in case.tables.values() if len(frame))
    rows = sum(len(frame) for frame in case.tables.values())
    click.echo(text("neo4j.pulled", lang, dataset=case.name, tables=held, rows=rows, out=out))


@neo4j_commands.command("wipe")
@click.argument("dataset")
@_server_options
@click.option("--yes", is_flag=True)
@click.pass_obj
def wipe_command(lang: str, dataset: str, uri: str, user: str, database: str, *, yes: bool) -> int:
    """Take a dataset away; other people's data stay."""
    from chaingraph.stores.graphdb.pull import wipe_neo4j

    if not yes and not click.confirm(text("neo4j.wipe_ask", lang, dataset=dataset, uri=uri)):
        return 1
    click.echo(text("neo4j.wiped", lang, dataset=dataset, **wipe_neo4j(uri, dataset, user=user, database=database)))
    return 0


@click.command("query")
@click.argument("name", required=False)
@_server_options
@click.option("--param", "parameters", multiple=True, metavar="KEY=VALUE")
@click.option("--csv", "as_csv", is_flag=True)
@click.pass_obj
def query_command(
    lang: str, name: str | None, uri: str, user: str, database: str, parameters: tuple[str, ...], *, as_csv: bool
) -> None:
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
    frame = run_query(uri, name, user=user, database=database, **values)
    if as_csv:
        click.echo(csv_text(frame, list(frame.columns), line_end="\n"), nl=False)
    elif frame.empty:
        click.echo(text("neo4j.no_rows", lang))
    else:
        click.echo(terminal_table(frame, list(frame.columns), lang, {name: name for name in frame.columns}))


neo4j_commands.add_command(query_command)

COMMANDS = (neo4j_commands, query_command)
