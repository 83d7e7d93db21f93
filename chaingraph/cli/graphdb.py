"""The commands for Neo4j: ``chaingraph neo4j push|pull|query|wipe`` and ``chaingraph query NAME --param key=value``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from chaingraph.labels import text


def _server_options(command: Callable[..., None]) -> Callable[..., None]:
    """Where the server is and how to get in; the password comes from the environment, never from a command line."""
    options = (
        click.option("--uri", envvar="NEO4J_URI", default="neo4j://localhost:7687", show_default=True,
                     help="服务器地址 / server; default from NEO4J_URI"),
        click.option("--user", envvar="NEO4J_USER", default="neo4j", show_default=True,
                     help="用户 / user; the password is read from NEO4J_PASSWORD"),
        click.option("--database", default="neo4j", show_default=True, help="数据库 / database"),
        click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True,
                     envvar="CHAINGRAPH_LANG", help="输出语言 / language of messages"),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.group("neo4j")
def neo4j_commands() -> None:
    """与 Neo4j 交换数据:写入、读回、查询、清除 / Exchange data with Neo4j: push, pull, query, wipe."""


@neo4j_commands.command("push")
@click.argument("case", type=click.Path(exists=True, path_type=Path))
@_server_options
@click.option("--dataset", help="数据集名,默认为案例名 / name in the store, by default the case's")
@click.option("--region", help="同时分析该地区并写入缺口与目标 / also survey this region and write gaps and targets")
@click.option(
    "--prune", is_flag=True, help="删除案例中已没有的数据,而不是标记 / delete what vanished instead of marking it"
)
def push_command(
    case: Path,
    uri: str,
    user: str,
    database: str,
    lang: str,
    dataset: str | None,
    region: str | None,
    *,
    prune: bool,
) -> None:
    """写入案例,只写有变化的部分 / Write a case, only what differs."""
    from chaingraph.api import survey
    from chaingraph.matching.merge import build_graph
    from chaingraph.reading.read import read_case
    from chaingraph.stores.graphdb.push import write_neo4j

    graph = build_graph(read_case(case, lang=lang))
    findings = survey(graph, region=region, lang=lang) if region else None
    rows = sum(len(frame) for frame in graph.tables.values())
    with click.progressbar(length=rows, label=text("neo4j.pushing", lang), item_show_func=str, file=sys.stderr) as bar:
        load = write_neo4j(
            graph, uri, user=user, dataset=dataset, findings=findings, prune=prune, database=database,
            progress=lambda kind, count: bar.update(count, kind),
        )  # fmt: skip
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
@click.option("--dataset", help="数据集名,只有一个时可省 / dataset; not needed where there is one")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="输出文件夹 / folder")
@click.option(
    "--form",
    type=click.Choice(["parquet", "csv"]),
    default="parquet",
    show_default=True,
    help="parquet 逐位精确;csv 可用 Excel 打开 / parquet is exact, csv opens in Excel",
)
def pull_command(uri: str, user: str, database: str, lang: str, dataset: str | None, out: Path, form: str) -> None:
    """读回为案例文件夹 / Read a dataset back as a case folder."""
    from chaingraph.stores.graphdb.pull import read_neo4j
    from chaingraph.writers.case import write_case

    case = read_neo4j(uri, user=user, dataset=dataset, database=database)
    write_case(case, out, form="csv" if form == "csv" else "parquet")
    held = sum(1 for frame in case.tables.values() if len(frame))
    rows = sum(len(frame) for frame in case.tables.values())
    click.echo(text("neo4j.pulled", lang, dataset=case.name, tables=held, rows=rows, out=out))


@neo4j_commands.command("wipe")
@click.argument("dataset")
@_server_options
@click.option("--yes", is_flag=True, help="不再询问 / do not ask")
def wipe_command(dataset: str, uri: str, user: str, database: str, lang: str, *, yes: bool) -> None:
    """清除一个数据集,他人的数据不动 / Take a dataset away; other people's data stay."""
    from chaingraph.stores.graphdb.pull import wipe_neo4j

    if not yes and not click.confirm(text("neo4j.wipe_ask", lang, dataset=dataset, uri=uri)):
        click.get_current_context().exit(1)
    click.echo(text("neo4j.wiped", lang, dataset=dataset, **wipe_neo4j(uri, dataset, user=user, database=database)))


@click.command("query")
@click.argument("name", required=False)
@_server_options
@click.option(
    "--param", "parameters", multiple=True, metavar="KEY=VALUE", help="查询参数,可多次 / parameter, may be repeated"
)
@click.option("--csv", "as_csv", is_flag=True, help="输出 CSV / print CSV")
def query_command(
    name: str | None,
    uri: str,
    user: str,
    database: str,
    lang: str,
    parameters: tuple[str, ...],
    *,
    as_csv: bool,
) -> None:
    """运行一条现成的查询,不写名称则列出全部 / Run a named query; without a name, list them."""
    from chaingraph.stores.graphdb.queries import cypher_queries, run_query

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
        click.echo(frame.to_csv(index=False), nl=False)
    elif frame.empty:
        click.echo(text("neo4j.no_rows", lang))
    else:
        click.echo(frame.to_string(index=False, na_rep=""))


neo4j_commands.add_command(query_command)

COMMANDS = (neo4j_commands, query_command)
