"""未列入: outside firms that a known fact holds back, with its date and source, and what would bring them back."""

from __future__ import annotations

import pandas as pd

from chaingraph.model.case import rows_of
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import UNLISTED_COLUMNS
from chaingraph.model.results.told import Words, place, reason
from chaingraph.wording.phrases import names_of


def describe_held(held: pd.DataFrame, graph: ChainGraph) -> pd.DataFrame:
    """The firms held back in words.

    Parameters
    ----------
    held
        From `standing_gates.held_firms`.

    Returns
    -------
    DataFrame
        `results.UNLISTED_COLUMNS`, by chain, gate and firm: gate is a code, said the gate with its date and place, way
        what would bring the firm back.
    """
    chains, names = names_of(graph, "chains"), names_of(graph, "firms")
    firms = graph["firms"].drop_duplicates("firm_id").set_index("firm_id")
    rows = []
    for row in rows_of(held.sort_values(["chain_id", "gate", "firm_id"], kind="stable")):
        firm = firms.loc[row["firm_id"]]
        said: Words = reason(f"gates.{row['gate']}")
        where = isinstance(row["place"], str)
        if isinstance(row["date"], str):
            values = {"place": place(row["place"])} if where else {}
            said = reason(f"why_not.held_{'place' if where else 'date'}", gate=said, date=row["date"], **values)
        rows.append(
            {
                "chain_id": row["chain_id"],
                "chain": chains[row["chain_id"]],
                "firm_id": row["firm_id"],
                "firm": names[row["firm_id"]].zh,
                "firm_en": firm["firm_en"],
                "country": firm["country"],
                "city": firm["city"],
                "gate": row["gate"],
                "said": said,
                "date": row["date"],
                "place": row["place"],
                "way": reason(f"why_not.way_{row['gate']}"),
                "sources": row["source"],
            }
        )
    return pd.DataFrame(rows, columns=list(UNLISTED_COLUMNS))
