"""The Cypher queries that come with the store: named, with a question and parameters each; see ``cypher/*.cypher``.

A file opens with its question (``// zh:``, ``// en:``), says what a row is, and sets its parameters as Neo4j Browser
does (``:param name => value;``), so that it runs there as it is.
"""

from __future__ import annotations

import difflib
import json
import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import pandas as pd

from chaingraph.errors import UnknownNameError
from chaingraph.stores.graphdb.session import connect
from chaingraph.stores.graphdb.shape import refuse, say

_PARAMETER = re.compile(r"^:param (\w+) => (.+);$", re.MULTILINE)


class CypherQuery(NamedTuple):
    """A query: name, question in both languages, what a row is, parameters with their defaults, and the text."""

    name: str
    zh: str
    en: str
    note: str
    parameters: dict[str, str | int]
    text: str


@cache
def cypher_queries() -> dict[str, CypherQuery]:
    """All queries that come with the package, by name.

    Returns
    -------
    dict of CypherQuery
        ``name``; the question in ``zh`` and ``en``; ``note``: what a row is; ``parameters`` with their defaults;
        ``text``: the Cypher, which runs in Neo4j Browser as well.

    Examples
    --------
    >>> cypher_queries()["region_gaps"].en
    'The gaps of a region as the latest run found them, most severe first'
    >>> cypher_queries()["region_gaps"].parameters
    {'dataset': 'jiaxing', 'region': '嘉兴', 'chain': ''}
    """
    folder = files("chaingraph") / "stores" / "cypher"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".cypher"))
    return {name.removesuffix(".cypher"): _read(name, (folder / name).read_text(encoding="utf-8")) for name in names}


def _read(name: str, source: str) -> CypherQuery:
    comments = [line.removeprefix("// ") for line in source.splitlines() if line.startswith("// ")]
    question = dict(line.split(": ", 1) for line in comments[:2])
    parameters = {key: json.loads(value) for key, value in _PARAMETER.findall(source)}
    text = _PARAMETER.sub("", "\n".join(line for line in source.splitlines() if not line.startswith("//"))).strip()
    note = " ".join(comments[2:])
    return CypherQuery(name.removesuffix(".cypher"), question["zh"], question["en"], note, parameters, text)


def run_query(
    uri: str,
    name: str,
    *,
    user: str | None = None,
    password: str | None = None,
    database: str = "neo4j",
    **parameters: str | int,
) -> pd.DataFrame:
    """The answer of a named query as a table; the columns are those of its RETURN.

    Parameters
    ----------
    uri
        ``neo4j://host:7687``, ``bolt://…``, or with TLS ``neo4j+s://…``.
    user, password
        By default NEO4J_USER (else ``neo4j``) and NEO4J_PASSWORD.
    name
        One of `cypher_queries`.
    database
        Name of the database on the server.
    **parameters
        Values for the query's parameters; those left out take their defaults.

    Returns
    -------
    pandas.DataFrame
        One row per record, in the query's order; its columns and their units are those of the tables (`TABLES`) and of
        the findings. Lists stay lists, times become ISO text, missing values are NaN or None.

    Raises
    ------
    UnknownNameError
        When there is no such query or parameter; the message lists those there are.
    StoreError
        When a parameter has the wrong type, no password is given, or the server cannot be reached or refuses.
    MissingExtraError
        When the driver is not installed (``pip install 'chaingraph[neo4j]'``).

    Examples
    --------
    A parameter that a query does not have is refused before any server is asked.

    >>> run_query("bolt://localhost:1", "region_gaps", county="平湖市")
    Traceback (most recent call last):
    ...
    chaingraph.errors.UnknownNameError: ...query region_gaps has no parameter county; it has dataset, region, chain

    With a server (``scripts/neo4j start``) the answer is a table; where none answers, that is said:

    >>> run_query("bolt://localhost:1", "region_gaps", password="secret", region="嘉兴")
    Traceback (most recent call last):
    ...
    chaingraph.errors.StoreError: ...no Neo4j answers at bolt://localhost:1...
    """
    queries = cypher_queries()
    if name not in queries:
        near = difflib.get_close_matches(name, queries, n=3, cutoff=0.3) or sorted(queries)
        raise UnknownNameError(say("no_query", name=name, near=", ".join(near)))
    query = queries[name]
    unknown = sorted(set(parameters) - set(query.parameters))
    if unknown:
        known = ", ".join(query.parameters)
        raise UnknownNameError(say("no_parameter", name=name, unknown=", ".join(unknown), known=known))
    values = {
        key: _typed(name, key, parameters.get(key, default), default) for key, default in query.parameters.items()
    }
    with connect(uri, user, password, database) as driver:
        records, _, columns = driver.execute_query(
            query.text,
            values,
            database_=database,
            routing_="r",
        )
    rows = [[_shown(value) for value in record] for record in records]
    return pd.DataFrame(rows, columns=list(columns))


def _typed(name: str, key: str, value: str | int, default: str | int) -> str | int:
    if isinstance(default, str):
        return str(value)
    try:
        return int(value)
    except ValueError:
        refuse("not_a_number", name=name, key=key, value=value)


def _shown(value: object) -> object:
    return value.iso_format() if hasattr(value, "iso_format") else value
