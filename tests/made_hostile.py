"""Names that mean harm, and a case in which everything bears one: run by a page, they would count in ``window.hit``."""

from __future__ import annotations

from chaingraph.model.graph import ChainGraph
from tests.toy import toy_tables

RUN = "window.hit=(window.hit||0)+1"
NAMES = (
    f"<script>{RUN}</script>甲",
    f"</script><script>{RUN}</script>",
    f"\"'><img src=x onerror={RUN}>",
    f"]]><svg onload={RUN}>",
    "$\\frac{x$ $$",
    f"javascript:{RUN}",
    f"${{{RUN}}}`{{{{{RUN}}}}}",
    "&lt;b&gt;\u2028\u202e<!--",
)


def hostile_graph() -> ChainGraph:
    """The toy case with such names for firms, segments and chains, in both languages."""
    tables = toy_tables()
    for table, column in (("firms", "firm"), ("segments", "segment"), ("chains", "chain")):
        names = [f"{NAMES[number % len(NAMES)]}{number}" for number in range(len(tables[table]))]
        tables[table] = tables[table].assign(**{column: names, f"{column}_en": names})
    return ChainGraph("toy", tables)
