"""What holds between rows: ids that point to other tables, rows given twice, links that must not run in a circle."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from chaingraph.model.columns import PROVENANCE, SEPARATOR, Column, Table, made_id, split
from chaingraph.reading.cells import IDENTIFIER, Value, fold, slug
from chaingraph.reading.rejects import Journal, Problem, caption

Objects = np.ndarray[tuple[int], np.dtype[np.object_]]

_PROVENANCE = {column.name for column in PROVENANCE}
_EVERY_CHAIN = {"全部", "所有", "all"}
_MARKET = re.compile(r"\.(?:sh|sz|bj|ss)$")
# Names that stand for firms nobody names: 其他企业, various companies.
_COLLECTIVE = re.compile(
    r"(?:various|several|multiple|many|others?|miscellaneous)"
    r"(?: ?(?:companies|firms|suppliers|vendors|manufacturers|providers|players))?|"
    r"(?:其[他它]|多家|各类|各|若干|众多|诸多|数家|不特定)(?:国内|国外|外国|本地)?(?:企业|公司|厂商|供应商|厂家|单位)?"
)
_NEAR_LIMIT = 20  # unknown names for which near ones are looked up
_SEARCHED = 20_000  # spellings among which near ones are looked for
_ACYCLIC = ("feeds", "is_a")  # kinds of links between segments that run in no circle, each for itself
_PATH_SHOWN = 30  # nodes of a circle that are printed


@dataclass(frozen=True)
class Draft:
    """A table on its way to be clean: its cells are parsed, its rows keep the numbers they have in the file."""

    table: Table
    numbers: np.ndarray[tuple[int], np.dtype[np.int64]]
    columns: dict[str, Objects]  # canonical values by column; None is missing

    def values(self, name: str) -> list[Value | None]:
        """One column; missing throughout where the file does not have it."""
        if name not in self.columns:
            return [None] * len(self.numbers)
        found: list[Value | None] = self.columns[name].tolist()
        return found

    def texts(self, name: str) -> list[str | None]:
        """One column of text."""
        return [value if isinstance(value, str) else None for value in self.values(name)]

    def having(self, **columns: Iterable[Value | None]) -> Draft:
        """The same with other values in some columns."""
        return Draft(self.table, self.numbers, self.columns | {name: objects(cells) for name, cells in columns.items()})

    def keeping(self, keep: np.ndarray[tuple[int], np.dtype[np.bool_ | np.int64]]) -> Draft:
        """Some of the rows: those marked, or those at the places given, in that order."""
        return Draft(self.table, self.numbers[keep], {name: cells[keep] for name, cells in self.columns.items()})


def objects(cells: Iterable[Value | None]) -> Objects:
    """An object array, whatever the cells are."""
    cells = list(cells)
    found = np.empty(len(cells), dtype=object)
    found[:] = cells
    return found


@dataclass(frozen=True)
class Lookup:
    """Ids by what people write for them: levels tried in order, each with all ids a spelling may mean."""

    levels: tuple[tuple[Callable[[str], str], dict[str, set[str]]], ...]

    def find(self, text: str) -> set[str]:
        """The ids of the first level that knows the text; empty where none does."""
        for key, known in self.levels:
            found = known.get(key(text))
            if found:
                return found
        return set()

    def near(self, text: str) -> str:
        """Spellings that look like the text, at most one for each id."""
        spellings = {spelling: ids for _, known in self.levels for spelling, ids in known.items()}
        near = difflib.get_close_matches(fold(text)[:100], list(spellings)[:_SEARCHED], n=6, cutoff=0.6)
        found = {min(spellings[spelling]): spelling for spelling in reversed(near)}
        return ", ".join(id_ if fold(id_) == spelling else spelling for id_, spelling in found.items())


def lookup(draft: Draft) -> Lookup:
    """How rows of a table may be named: by id, then by code, then by name, then by other names."""
    name = draft.table.name
    ids = [text or "" for text in draft.texts(draft.table.key[0])]
    if name == "firms":
        others = [_several(draft.texts(column), ids) for column in ("aliases", "former_names")]
        return Lookup(
            (
                (firm_id, _single(ids, ids, str)),
                (fold, _single(draft.texts("credit_code"), ids)),
                (_stock_key, _single(draft.texts("stock_code"), ids, _stock_key)),
                (fold, _single(draft.texts("firm"), ids)),
                (fold, _union(_single(draft.texts("firm_en"), ids), *others)),
            )
        )
    names = {"chains": ("chain", "chain_en"), "segments": ("segment", "segment_en"), "products": ("product",)}
    return Lookup(
        (
            (str, _single(ids, ids, str)),
            (fold, _single(ids, ids)),
            *((fold, _single(draft.texts(column), ids)) for column in names.get(name, ())),
        )
    )


def _single(texts: Iterable[str | None], ids: list[str], key: Callable[[str], str] = fold) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for text, id_ in zip(texts, ids, strict=True):
        if text:
            known.setdefault(key(text), set()).add(id_)
    return known


def _several(texts: Iterable[str | None], ids: list[str]) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for text, id_ in zip(texts, ids, strict=True):
        for member in split(text):
            known.setdefault(fold(member), set()).add(id_)
    return known


def _union(*parts: dict[str, set[str]]) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for part in parts:
        for text, ids in part.items():
            known.setdefault(text, set()).update(ids)
    return known


def _stock_key(text: str) -> str:
    """A stock code as compared: the mainland market's suffix says nothing more than its first digits."""
    return _MARKET.sub("", fold(text))


def firm_id(given: str) -> str:
    """An id that may stand in a file name: other characters become ``-``; a name becomes its slug.

    Examples
    --------
    >>> firm_id("02198.HK"), firm_id("L01")
    ('02198-HK', 'L01')
    """
    if IDENTIFIER.fullmatch(given):
        return given
    made = re.sub(r"[^A-Za-z0-9_-]+", "-", given).strip("-") if given.isascii() else ""
    return made if IDENTIFIER.fullmatch(made) else slug(given)


def with_firm_ids(draft: Draft) -> Draft:
    """Firms with an id each: the one given, else the credit code, the stock code, or a slug of the name."""
    columns = [draft.texts(name) for name in ("firm_id", "credit_code", "stock_code", "firm")]
    ids = [
        firm_id(given or credit or stock) if given or credit or stock else slug(name or "")
        for given, credit, stock, name in zip(*columns, strict=True)
    ]
    return draft.having(firm_id=ids)


def with_made_ids(draft: Draft) -> Draft:
    """The table with an id in every row, where its id may be made of what the row says (`Column.made_from`)."""
    for column in draft.table.columns:
        if column.made_from:
            given = draft.texts(column.name)
            said = zip(*(draft.values(name) for name in column.made_from), strict=True)
            ids = [own or made_id(column.name[0], row) for own, row in zip(given, said, strict=True)]
            draft = draft.having(**{column.name: ids})
    return draft


def is_collective(name: str) -> bool:
    """Whether a name stands for firms that nobody names.

    Examples
    --------
    >>> is_collective("various companies"), is_collective("其他企业"), is_collective("其他电子有限公司")
    (True, True, False)
    """
    return _COLLECTIVE.fullmatch(fold(name)) is not None


def without_collectives(draft: Draft, journal: Journal) -> tuple[Draft, frozenset[str]]:
    """Firms without those that are nobody in particular, and the names and ids that those bear."""
    names = draft.texts("firm")
    nobody = np.array([name is not None and is_collective(name) for name in names], dtype=bool)
    for place in np.flatnonzero(nobody):
        journal.remark("firms", int(draft.numbers[place]), "firm", names[place], Problem("collective"))
    borne = [draft.texts(column)[place] for place in np.flatnonzero(nobody) for column in ("firm_id", "firm")]
    return draft.keeping(~nobody), frozenset(text for text in borne if text)


def resolve(draft: Draft, lookups: dict[str, Lookup], journal: Journal, nobody: frozenset[str] = frozenset()) -> Draft:
    """The table with every reference replaced by the id it means; rows or values that point nowhere are rejected.

    ``nobody``: names and ids that stand for no firm in particular; what points there is told and left out.
    """
    keep = np.ones(len(draft.numbers), dtype=bool)
    replaced: dict[str, list[Value | None]] = {}
    for column in draft.table.columns:
        target = column.refers_to.partition(".")[0]
        if not target or target not in lookups or column.name not in draft.columns:
            continue
        cells = draft.texts(column.name)
        known = {text: _resolved(text, column, lookups[target], journal) for text in dict.fromkeys(cells) if text}
        for place, text in enumerate(cells):
            problem = known[text][1] if text else None
            if problem and target == "firms" and text and (text in nobody or is_collective(text)):
                journal.remark(draft.table.name, int(draft.numbers[place]), column.name, text, Problem("collective"))
                keep[place] = keep[place] and not column.required
            elif problem:
                row = int(draft.numbers[place])
                journal.reject(draft.table.name, row, column.name, text, problem, left_out=column.required)
                keep[place] = keep[place] and not column.required
        replaced[column.name] = [known[text][0] if text else None for text in cells]
    return draft.having(**replaced).keeping(keep)


def _resolved(text: str, column: Column, known: Lookup, journal: Journal) -> tuple[str | None, Problem | None]:
    target = column.refers_to.partition(".")[0]
    if column.kind == "set":
        members = [(_resolved_one(member, target, known, journal), member) for member in split(text)]
        ids = dict.fromkeys(id_ for (id_, _), _ in members if id_)
        return SEPARATOR.join(ids) or None, next((problem for (_, problem), _ in members if problem), None)
    if target == "chains" and not column.required and fold(text) in _EVERY_CHAIN:
        return None, None
    return _resolved_one(text, target, known, journal)


def _resolved_one(text: str, target: str, known: Lookup, journal: Journal) -> tuple[str | None, Problem | None]:
    found = known.find(text)
    if len(found) == 1:
        return next(iter(found)), None
    target = caption(target, journal.lang)
    if found:
        return None, Problem("reference_ambiguous", {"table": target, "ids": ", ".join(sorted(found)[:5])})
    near = known.near(text) if len(journal.rejects) < _NEAR_LIMIT else ""
    reason = "reference_near" if near else "reference_not_found"
    return None, Problem(reason, {"table": target, "near": near})


def without_repeats(draft: Draft, journal: Journal) -> Draft:
    """One row per key: rows that say the same become one, rows that contradict an earlier one are rejected.

    The same fact read in two places is one fact: where only source, date or confidence differ, the first row stays.
    """
    table = draft.table
    said = {name: cells for name, cells in draft.columns.items() if name not in _PROVENANCE}
    keys = list(zip(*(draft.values(name) for name in table.key), strict=True))
    if len(set(keys)) == len(keys):
        return draft
    first: dict[tuple[Value | None, ...], int] = {}
    keep = np.ones(len(keys), dtype=bool)
    merged = 0
    for place, key in enumerate(keys):
        earlier = first.setdefault(key, place)
        if earlier == place:
            continue
        keep[place] = False
        differing = [name for name, cells in said.items() if cells[place] != cells[earlier]]
        if not differing:
            merged += 1
            continue
        shown_key = ", ".join(str(part) for part in key if part is not None)
        values = {"other": int(draft.numbers[earlier]), "columns": ", ".join(differing)}
        problem = Problem("conflicting_rows", values)
        journal.reject(table.name, int(draft.numbers[place]), ", ".join(differing), shown_key, problem, left_out=True)
    if merged:
        journal.note("merged_rows", table=caption(table.name, journal.lang), count=merged)
    return draft.keeping(keep)


def without_circles(draft: Draft, journal: Journal) -> Draft:
    """Links without those that lead back to where they come from; for firms, parents without circles of parents."""
    if draft.table.name == "firms":
        ends = list(zip(draft.texts("firm_id"), draft.texts("parent_id"), strict=True))
        closing = _closing([(a, b) if a and b else None for a, b in ends])
        for place, path in closing.items():
            problem = Problem("parent_circle" if len(path) > 2 else "own_parent", {"path": " → ".join(path)})
            journal.reject("firms", int(draft.numbers[place]), "parent_id", ends[place][1], problem)
        return draft.having(parent_id=[None if place in closing else b for place, (_, b) in enumerate(ends)])
    names = {
        "segment_links": ("from_segment_id", "to_segment_id"),
        "firm_links": ("source_id", "target_id"),
        "product_links": ("from_product_id", "to_product_id"),
    }
    if draft.table.name not in names:
        return draft
    left, right = names[draft.table.name]
    cells = list(zip(draft.texts(left), draft.texts(right), draft.texts("kind"), strict=True))
    circles: dict[int, list[str]] = {}
    for kind in _ACYCLIC if draft.table.name == "segment_links" else ("",):
        circles |= _closing([(a, b) if a and b and (a == b or of == kind) else None for a, b, of in cells])
    keep = np.ones(len(cells), dtype=bool)
    for place, path in sorted(circles.items()):
        keep[place] = False
        problem = Problem("circle" if len(path) > 2 else "self_link", {"path": " → ".join(path)})
        row, value = int(draft.numbers[place]), f"{cells[place][0]} → {cells[place][1]}"
        journal.reject(draft.table.name, row, f"{left}, {right}", value, problem, left_out=True)
    return draft.keeping(keep)


def _closing(links: list[tuple[str, str] | None]) -> dict[int, list[str]]:
    """Which links close a circle, with the circle, in one depth-first walk over nodes and links in sorted order."""
    leaving: dict[str, list[tuple[str, int]]] = {}
    for (source, target), place in sorted((link, place) for place, link in enumerate(links) if link):
        leaving.setdefault(source, []).append((target, place))
    found: dict[int, list[str]] = {}
    done: set[str] = set()
    for start in sorted(leaving):
        if start in done:
            continue
        path, on_path = [start], {start: 0}
        walks = [iter(leaving[start])]
        while walks:
            step = next(walks[-1], None)
            if step is None:
                walks.pop()
                node = path.pop()
                del on_path[node]
                done.add(node)
                continue
            node, place = step
            if node in on_path:
                circle = path[on_path[node] :]
                found[place] = [*circle[:_PATH_SHOWN], *(["…"] if len(circle) > _PATH_SHOWN else []), node]
            elif node not in done:
                on_path[node] = len(path)
                path.append(node)
                walks.append(iter(leaving.get(node, ())))
    return found
