"""Lists of facts as tables: announcements, filings, land results, new registrations, funding rounds.

What a list of one kind says is its publisher's word, and stands as if typed in; the kind of an announcement is read
from its title, and waits for review.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from chaingraph.importers.headings import Headings
from chaingraph.importers.imported import Imported
from chaingraph.importers.layout import Part, read_columns_of
from chaingraph.importers.published import read_rows, tables_of
from chaingraph.importers.register import complete
from chaingraph.importers.values import rejected_rows
from chaingraph.leads.firms import resolve
from chaingraph.leads.sentences.events import kinds_said, stage_of
from chaingraph.leads.sentences.passages import half_width
from chaingraph.leads.sentences.where import named_path
from chaingraph.model.case import empty_table, rows_of
from chaingraph.model.columns import Column, is_missing, made_id
from chaingraph.reading.rejects import Problem

# What each of these lists says of every row: its kind in firm_signals. One that is not here says it in its titles.
SIGNALS = {"filings": "filing", "land_results": "land", "registrations": "new_unit", "funding": "fundraising"}
_STAGES = {"new_unit": "registered"}
METHOD = "table"
_MU = 2000 / 3  # square metres
COLUMNS: dict[str, Column] = {
    **{name: Column(name, "text") for name in ("firm", "title", "place", "product", "parent", "round", "link")},
    "credit_code": Column("credit_code", "text"),
    "date": Column("date", "date"),
    "amount_cny_m": Column("amount_cny_m", "number", unit="百万元", minimum=0),
    "land_mu": Column("land_mu", "number", unit="亩", minimum=0),
    "area_m2": Column("area_m2", "number", unit="平方米", minimum=0),
}


def read_fact_list(path: Path, headings: Headings, *, as_of: str | None = None, lang: str = "zh") -> Imported:
    """Read a list of facts of movement as tables of a case.

    Parameters
    ----------
    path
        Any file that `reading.grids.open_grids` reads.
    headings
        A heading file of kind facts, as it was found to fit.
    as_of
        Date of the list, where its rows state none.

    Returns
    -------
    Imported
        Tables firms, firm_signals, evidence (method table; its place is the row of the file), and firm_sites for new
        registrations whose parent is told: the parent's unit there, since that day. A row without a firm, and one of an
        announcement whose title says nothing of a kind, is rejected.

    Raises
    ------
    CaseError
        When the file cannot be read or has no column of firms.
    """
    path = Path(path)
    tables = tables_of(path, [headings], ("firm",), lang)
    read = read_rows(path, tables, "firm", lambda part: _rows(part, headings, as_of, lang), lang)
    return read.imported(headings.name, _tables(read.rows, path.name), "firm_signals", len(read.rows))


def _rows(
    part: Part, headings: Headings, as_of: str | None, lang: str
) -> tuple[pd.DataFrame, list[pd.DataFrame], list[pd.DataFrame]]:
    """Rows with their kind, rejects of single cells, rejects of whole rows."""
    laid = part.laid
    headers = laid.headers()
    rows, bad, _ = read_columns_of(laid, part.frame, COLUMNS, lang)
    rows["date"] = rows["date"].fillna(as_of) if as_of else rows["date"]
    own = SIGNALS.get(headings.name)
    said = [(own, _STAGES.get(own)) if own else _told(title) for title in rows["title"]]
    rows["kind"] = pd.Series([kind for kind, _ in said], index=rows.index, dtype="str")
    rows["stage"] = pd.Series([stage for _, stage in said], index=rows.index, dtype="str")
    rows["review"] = pd.Series(None if own else "pending", rows.index, "str")
    refused = []
    for column, reason in (("firm", "list_row"), ("kind", "no_kind_told")):
        lacking = rows[column].isna()
        shown = "firm" if column == "firm" else "title"
        header = headers.get(shown, shown)
        refused.append(rejected_rows(laid.label, rows[lacking], shown, header, Problem(reason), lang))
        rows = rows[~lacking]
    bad = [one[one["row"].isin(rows["row"])] for one in bad]  # a row that is left out is told once
    return rows, bad, refused


def _told(title: object) -> tuple[str | None, str | None]:
    """Kind and stage that a title tells of; a stage is that of a project."""
    found = kinds_said(half_width(title)) if isinstance(title, str) else []
    if not found:
        return None, None
    kind = found[0]
    return kind.signal, kind.stage or (stage_of(half_width(str(title))) if kind.signal == "expansion" else None)


def _tables(rows: pd.DataFrame, file: str) -> dict[str, pd.DataFrame]:
    names = {(name, None) for column in ("firm", "parent") for name in rows[column].dropna()}
    resolved = resolve(names, empty_table("firms"))
    codes = rows.dropna(subset=["credit_code"]).drop_duplicates("firm").set_index("firm")["credit_code"].to_dict()
    parents = rows.dropna(subset=["parent"]).drop_duplicates("firm").set_index("firm")["parent"].to_dict()
    provenance = {"source": file, "confidence": "seen"}
    firms = [
        {
            **row,
            **provenance,
            "credit_code": codes.get(str(row["firm"])),
            "parent_id": resolved.ids.get(parents.get(str(row["firm"]), "")),
        }
        for row in resolved.new
    ]
    signals, evidence, sites = [], [], []
    for row in rows_of(rows):
        signal = _signal(row, resolved.ids[row["firm"]])
        link = row["link"] if isinstance(row["link"], str) else None
        signals.append({**signal, **provenance, "source": link or file, "as_of": row["date"]})
        evidence.append(
            {
                "signal_id": signal["signal_id"],
                "address": link or file,
                "start": row["row"],
                "title": row["title"],
                "published": row["date"],
                "method": METHOD,
                "date": row["date"],
                "place": row["place"],
                **provenance,
            }
        )
        if row["kind"] == "new_unit" and isinstance(row["parent"], str) and (at := _named(row["place"])):
            unit = {"firm_id": resolved.ids[row["parent"]], "region": at, "kind": "subsidiary"}
            unit |= {"site": row["firm"], "unit_id": resolved.ids[row["firm"]], "since": row["date"]}
            sites.append(unit | provenance)
    made = {"firms": firms, "firm_signals": signals, "evidence": evidence, "firm_sites": sites}
    keys = {"firm_signals": ["signal_id"], "evidence": ["signal_id", "address", "start"]}
    return {
        name: complete(name, pd.DataFrame(held).drop_duplicates(keys.get(name)).reset_index(drop=True))
        for name, held in made.items()
        if held
    }


def _named(place: object) -> str | None:
    """What a place is called where it is known: the nearest of its names; 嘉兴市平湖市 is 平湖市."""
    path = named_path(place) if isinstance(place, str) else ()
    return path[-1] if path else None


def _signal(row: dict[str, object], firm_id: str) -> dict[str, object]:
    """A row as a signal; its id is made as those of texts are."""
    words = " ".join(str(row[name]) for name in ("title", "round") if not is_missing(row[name])) or None
    area = row["area_m2"]
    land = row["land_mu"] if not is_missing(row["land_mu"]) else area / _MU if isinstance(area, float) else None
    return {
        "signal_id": made_id("s", [firm_id, row["kind"], row["date"], words]),
        "firm_id": firm_id,
        "kind": row["kind"],
        "date": row["date"],
        "amount_cny_m": row["amount_cny_m"],
        "place": _named(row["place"]) or row["place"],
        "text": words,
        "stage": row["stage"],
        "product": row["product"],
        "land_mu": land,
        "review": row["review"],
    }
