"""Page and workbook of the ledger."""

from chaingraph.ledger.fields import LISTS

# The tables of both, in their order, as `frames.parts` makes them.
VIEWS: tuple[str, ...] = (
    "progress", "board", "places", "departments", "broken_down", "warnings", "due", "expiring", "doubtful", "dossier",
    *LISTS, "week", "month", "quarter", "funnel", "teams", "chains", "leaders", "offices", "factors", "key_firms",
    "introducers", "zones", "stations", "rules",
)  # fmt: skip
