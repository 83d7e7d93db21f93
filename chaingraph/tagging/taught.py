"""What a tagger is taught: texts and terms as single products with the segments they mean, and who says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from chaingraph.model.columns import split
from chaingraph.tagging.features import NONE, normalise, parts


def same_meaning(terms: pd.DataFrame | None) -> dict[str, set[str]]:
    """Segments that one term names together, so that it is no mistake to name the other: segment -> such segments.

    Examples
    --------
    >>> found = same_meaning(pd.DataFrame({"term": ["光刻胶"], "segments": ["CM14;NC02"]}))
    >>> sorted(found["CM14"])
    ['CM14', 'NC02']
    """
    found: dict[str, set[str]] = {}
    for held in () if terms is None else map(split, terms["segments"]):
        for name in held:
            found.setdefault(name, set()).update(held)
    return found


def as_texts(values: Iterable[object]) -> list[str]:
    """The texts; an empty one for what is none."""
    return [value if isinstance(value, str) else "" for value in values]


def listed_terms(terms: pd.DataFrame | None) -> list[tuple[str, str, frozenset[str]]]:
    """The dictionary as rows of term, source, segments; each term is a source of its own."""
    if terms is None:
        return []
    merged: dict[str, frozenset[str]] = {}
    pairs = [(normalise(str(term)), split(held)) for term, held in zip(terms["term"], terms["segments"], strict=True)]
    outside = {word for word, held in pairs if not held}
    for word, held in pairs:
        # "医药业务" of no chain, "医药研发产品" of one: a word that both come down to is too general to mean a segment.
        merged[word] = frozenset() if word in outside else merged.get(word, frozenset()) | frozenset(held)
    return [(word, f"term:{word}", merged[word] or frozenset({NONE})) for word in sorted(merged) if word]


def training_rows(
    texts: Sequence[str], names: Sequence[frozenset[str]], sources: Sequence[str]
) -> tuple[list[str], list[frozenset[str]], list[str]]:
    """Single products, their classes and their source; one row per product and source."""
    rows: dict[tuple[str, str], frozenset[str]] = {}
    for text, held, source in zip(texts, names, sources, strict=True):
        for piece in parts(text):
            rows[piece, source] = rows.get((piece, source), frozenset()) | held
    keys = sorted(rows)
    return [key[0] for key in keys], [rows[key] or frozenset({NONE}) for key in keys], [key[1] for key in keys]
