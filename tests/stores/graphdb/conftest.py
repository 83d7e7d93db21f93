"""A dataset of a test's own on the Neo4j server, gone afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from chaingraph.stores.graphdb.pull import wipe_neo4j
from tests.neo4j_server import Address, address, ask


@pytest.fixture
def server() -> Address:
    return address()


@pytest.fixture
def dataset(server: Address) -> Iterator[str]:
    name = f"test-{uuid.uuid4().hex[:12]}"
    yield name
    if ask(server, "MATCH (l:Load {dataset: $name}) RETURN l LIMIT 1", name=name):
        wipe_neo4j(server.uri, name, **server.login)
    leftover = "MATCH (n) WHERE n.cg_uid STARTS WITH $prefix OR n.test = $name DETACH DELETE n"
    ask(server, leftover, prefix=f"{name}|", name=name)
