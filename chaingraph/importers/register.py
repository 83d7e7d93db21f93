"""A list of firms as a case: a business register (工商登记), an export of a provider, a county's list.

Firms with credit code, date, seat and state; their scope and products as product text; public contacts of units.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from chaingraph.importers.firms import contacts, notes_of, scopes, seat, with_codes_of_one_firm
from chaingraph.importers.headings import Headings, heading_file
from chaingraph.importers.imported import Imported
from chaingraph.importers.layout import Part, read_columns_of, read_parts, uses_table
from chaingraph.importers.published import file_row, file_rows_added, passed_notes, sha256_of, tables_of, told
from chaingraph.importers.values import rejected_rows
from chaingraph.labels import text
from chaingraph.model.case import empty_rejects, empty_table
from chaingraph.model.columns import SEPARATOR, Column
from chaingraph.model.schema import TABLES
from chaingraph.places import regions
from chaingraph.reading.cells import fold, is_blank, split_set
from chaingraph.reading.links import is_collective
from chaingraph.reading.places import country_named
from chaingraph.reading.rejects import Problem

PART = 20_000  # rows that are read together
_FIRM = TABLES["firms"].column
_OF_THE_TABLE = (
    "firm", "firm_en", "former_names", "aliases", "credit_code", "stock_code", "founded", "employees", "insured",
    "revenue_cny_m", "industry", "status", "tiers",
)  # fmt: skip
_PLACE = ["province", "city", "county", "place"]
# What a column of the file is read as. Scopes are cut by `scope_items`, contacts by `contacts`.
COLUMNS: dict[str, Column] = {
    **{name: _FIRM(name) for name in _OF_THE_TABLE},
    "product": Column("product", "set"),
    **{name: Column(name, "text") for name in (*_PLACE, "capital", "industry_name", "grade")},
}
_TITLE_YEAR = re.compile(r"((?:19|20)\d\d)\s*年")
_NAME = re.compile(r"[^\W\d_]")  # a name has a letter


def joined_parts(parts: Sequence[Imported]) -> Imported:
    """The parts of a list (at least one, from `read_register_in_parts`) as one, sorted by firm."""
    tables = {
        name: pd.concat(held).sort_values(key, kind="stable", ignore_index=True)
        for name, key in (("firms", ["firm_id"]), ("firm_products", ["firm_id"]), ("contacts", ["firm_id", "channel"]))
        if (held := [part.tables[name] for part in parts if name in part.tables])
    }
    columns = pd.concat([part.columns for part in parts], ignore_index=True)
    columns = columns.groupby(["file", "header", "use", "taken_for"], sort=False, as_index=False).agg({"values": "sum"})
    return Imported(
        parts[0].kind,
        parts[0].name,
        tables,
        pd.concat([part.rejects for part in parts], ignore_index=True),
        file_rows_added([part.account for part in parts]),
        columns,
        tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def read_register_in_parts(
    path: Path, *, as_of: str | None = None, size: int = PART, headings: str | Path | Headings = "register",
    within: str | None = None, lang: str = "zh",
) -> Iterator[Imported]:  # fmt: skip
    """Read a list of any length: so many rows at a time, every firm once.

    Parameters
    ----------
    path
        Any file that `reading.grids.open_grids` reads, with the name and, where known, credit code, date of founding,
        capital, scope, seat, state, former names, insured staff and so on, under the headings of a heading file.
    as_of
        Date of the list (ISO), written into every row; None: not known.
    size
        Rows of the file per part.
    headings
        A heading file by name, of your own by path, or as it was found to fit (`recognise.recognise`).
    within
        Where firms are whose row names no place (a county's own list): 海宁.
    lang
        Language of messages.

    Yields
    ------
    Imported
        Tables firms, firm_products (products, and the items of each scope, without share: what a firm may do, not what
        it sells; confidence unsure) and contacts (public numbers and sites of units), with the account of the part's
        own rows. A firm's id is its credit code, or a digest of its name where the code is missing or rejected
        (malformed, rounded by a spreadsheet, or borne by another firm of the list). Of rows with the same id the first
        counts, in earlier parts too. At least one part, empty where the file has no rows. The ids met are kept: about
        0.1 GB for a million firms.

    Raises
    ------
    CaseError
        When the file cannot be read or has no column of names.
    """
    words = headings if isinstance(headings, Headings) else heading_file(headings, ("register",))
    path = Path(path)
    digest = sha256_of(path, lang)
    names: dict[str, int] = {}  # of the firms met: credit code or id -> hash of the name
    for laid in tables_of(path, [words], ("firm",), lang):
        with told(path, lang):
            for part in read_parts(laid, "firm", size, lang):
                yield _imported(part, path, digest, as_of, within, names, lang)


def _imported(
    part: Part, path: Path, digest: str, as_of: str | None, within: str | None, names: dict[str, int], lang: str
) -> Imported:
    """Firms, products and contacts of some rows, and what could not be used of them."""
    laid = part.laid
    headers = laid.headers()
    frame = with_states_told_among_tiers(part.frame)
    rows, bad, about = read_columns_of(laid, frame, COLUMNS, lang)
    for column in ("scope", "website", "switchboard", "board_office"):
        rows[column] = part.frame[column] if column in part.frame else pd.Series(None, rows.index, "str")
    header = headers.get("firm", "firm")
    unnamed = rows["firm"].isna()
    wrong = ~unnamed & ~rows["firm"].str.contains(_NAME).fillna(value=False).astype(bool)
    several = ~unnamed & rows["firm"].map(is_collective, na_action="ignore").fillna(value=False).astype(bool)
    refused = [
        rejected_rows(laid.label, rows[mask], "firm", header, Problem(reason), lang)
        for mask, reason in ((unnamed, "nameless"), (wrong, "no_name"), (several, "collective"))
    ]
    rows = rows[~unnamed & ~wrong & ~several]
    bad = [cells[cells["row"].isin(rows["row"])] for cells in bad]  # a row that is left out is told once
    about = {name: flags[rows.index] for name, flags in about.items()}
    rows, twice = with_codes_of_one_firm(rows, names, laid.label, headers.get("credit_code", ""), lang)
    rows["about"] = notes_of(rows, headers, about, lang)
    rows = rows[rows["new"]].sort_values("firm_id").reset_index(drop=True)
    places = {place: seat(place, within) for place in set(rows[_PLACE].itertuples(index=False, name=None))}
    found = [places[place] for place in rows[_PLACE].itertuples(index=False, name=None)]
    for number, column in enumerate(("province", "city", "district")):
        rows[column] = pd.Series([told_place[number] for told_place in found], dtype="str")
    rows["country"] = regions.CHINA
    lands = {city: country_named(city) for city in rows["city"].dropna().unique()}
    abroad = rows["city"].map(lands).astype("str").where(rows["province"].isna())
    rows["country"] = abroad.fillna(rows["country"])  # a list may write 瑞士 where a city is asked for
    rows["city"] = rows["city"].where(abroad.isna())
    rows["industry_scheme"] = pd.Series("gbt4754", rows.index, "str").where(rows["industry"].notna())
    rows["note"] = rows["about"]
    if laid.headings.tier:
        rows["tiers"] = rows["tiers"].fillna(edition_of(laid.headings.tier, laid.above))
    rows["source"] = path.name.split(".")[0]
    rows["as_of"] = pd.Series(as_of, rows.index, "str")
    rows["confidence"] = "seen"
    tables = {"firms": complete("firms", rows), "firm_products": complete("firm_products", scopes(rows))}
    reached, dropped = contacts(rows)
    if len(reached):
        tables["contacts"] = complete("contacts", reached)
    account = file_row(path, "firms", part.rows, len(rows), len(part.rejects) + sum(map(len, refused)), digest)
    return Imported(
        laid.headings.name,
        path.name.split(".")[0],
        tables,
        pd.concat([empty_rejects(), part.rejects, *refused, *bad, twice], ignore_index=True),
        pd.DataFrame([account]),
        uses_table(laid, part.filled),
        (*passed_notes(part, lang), *_dropped(laid.label, dropped, lang)),
    )


def with_states_told_among_tiers(frame: pd.DataFrame) -> pd.DataFrame:
    """Cells of a part in which a state of the firm (已注销) stands among its honours: it becomes the state.

    Where the row states a state of its own, that counts; what remains of the cell are its honours.
    """
    if "tiers" not in frame:
        return frame
    states = frozenset(fold(word) for words in (_FIRM("status").choices or {}).values() for word in words)
    own = frame["status"] if "status" in frame else [None] * len(frame)
    left: list[str | None] = []
    told: list[str | None] = []
    for cell, status in zip(frame["tiers"], own, strict=True):
        parts = split_set(cell) if isinstance(cell, str) else []
        said = [part for part in parts if fold(part) in states]
        known = isinstance(status, str) and not is_blank(status)
        told.append(said[0] if said and not known else status)
        left.append(SEPARATOR.join(part for part in parts if part not in said) if said else cell)
    return frame.assign(tiers=pd.Series(left, frame.index, "str"), status=pd.Series(told, frame.index, "str"))


def edition_of(tier: str, above: Sequence[str]) -> str:
    """A list with the year that its title states: ``above_scale(2025)``; without one where it states none."""
    year = title_year(above)
    return f"{tier}({year})" if year else tier


def title_year(above: Sequence[str]) -> int | None:
    """The year of which a title speaks."""
    return next((int(found[1]) for part in above if (found := _TITLE_YEAR.search(part))), None)


def _dropped(label: str, count: int, lang: str) -> tuple[str, ...]:
    return (text("importers.private_contacts", lang, file=label, count=count),) if count else ()


def complete(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """All columns of a table of the schema in order, with their types."""
    empty = empty_table(table)
    return frame.reindex(columns=list(empty.columns)).astype(empty.dtypes.to_dict()).reset_index(drop=True)
