"""A client of its own process, so that tests can kill it: ``python neo4j_client.py DATASET NOTE``; a line per batch."""

from __future__ import annotations

import os
import sys

from chaingraph.errors import StoreError
from chaingraph.model.case import Case
from chaingraph.stores.graphdb import load as neo4j_load
from chaingraph.stores.graphdb.push import write_neo4j
from tests.neo4j_server import big_tables

if __name__ == "__main__":
    neo4j_load.BATCH_ROWS = 100
    try:
        load = write_neo4j(
            Case("big", big_tables(sys.argv[2])),
            os.environ["NEO4J_URI"],
            dataset=sys.argv[1],
            progress=lambda kind, rows: print(kind, rows, flush=True),
        )
    except StoreError as error:
        print(error, file=sys.stderr, flush=True)
        sys.exit(1)
    print("finished", load.number, flush=True)
