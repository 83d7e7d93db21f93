"""How alike two firms are: by the industry codes they share, by what their products are called, by walks between them.

Only sums of a kernel over a set of firms are ever needed, so none of them is built as a firm-by-firm table: the sum of
text cosines is one dot product with the summed rows, the sum of "same industry" is a count per set of codes, and the
walks are stepped from the set. Every diagonal is 0: a firm is never evidence for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from chaingraph.fit.pieces import Pieces, learned_pieces
from chaingraph.model.case import cells_of

Sparse: TypeAlias = sparse.csr_array  # rows are firms
Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
_Real = TypeVar("_Real", np.float32, np.float64)

# Digits of a code that name its division, group and class; codes of different schemes are never compared.
LEVELS: Mapping[str, tuple[int, int, int]] = {"shenwan": (2, 4, 6), "gbt4754": (2, 3, 4)}
CODE_WEIGHTS = (1.0, 0.3, 0.1)  # in the mixed kernel, coarse to fine
TEXT_WEIGHT = 2.0
WALK_WEIGHTS = (2.0, 1.0, 1.0, 1.0)  # text, then codes fine to coarse
RESTART = 0.15
STEPS = 25
_AT_ONCE = 64  # walks stepped together: as many as stay in the processor's own memory, which halves the time
EXACT_UP_TO = 2_000  # firms; below, the walk is solved and not stepped


def fit_text(weights: pd.DataFrame, *, fewest: int = 1) -> Pieces | None:
    """Learn which character pairs and triples of product texts are rare; None when no text repeats any.

    `weights` is the table of `product_weights`. A document is one distinct product text. Pairs and triples that fewer
    than `fewest` firms have are left out.
    """
    learned = learned_pieces(sorted(set(weights["text"])))
    if learned is None or fewest <= 1:
        return learned
    position = position_of(sorted(set(weights["firm_id"])))
    firms = np.bincount(text_rows(learned, weights, position, len(position)).indices, minlength=len(learned.keys))
    kept = firms >= fewest
    return Pieces(learned.keys[kept], learned.weights[kept]) if kept.any() else None


def text_rows(pieces: Pieces | None, weights: pd.DataFrame, position: Mapping[str, int], size: int) -> Sparse:
    """One row per firm: its products' rows, each weighted with the root of its share, summed, of length 1 (or 0)."""
    if pieces is None or weights.empty:
        return sparse.csr_array((size, len(pieces.keys) if pieces is not None else 1))
    texts = pd.Index(sorted(set(weights["text"])))
    rows = pieces.rows(list(texts))
    firm = weights["firm_id"].map(position).to_numpy(dtype=np.int64)
    text = texts.get_indexer(weights["text"])
    root = np.sqrt(weights["weight"].to_numpy(dtype=np.float64))
    owns = sparse.csr_array((root, (firm, text)), shape=(size, len(texts)))
    return unit_rows(sparse.csr_array(owns @ rows), power=2)


def unit_rows(matrix: Sparse, *, power: int) -> Sparse:
    """Rows scaled to length 1 (power 2) or to sum 1 (power 1); empty rows stay empty."""
    matrix = sparse.csr_array(matrix)
    squared = matrix.multiply(matrix) if power == 2 else matrix
    length = np.asarray(squared.sum(axis=1), dtype=np.float64).ravel()
    length = np.sqrt(length) if power == 2 else length
    return scale_rows(matrix, _inverse(length))


def scale_rows(matrix: Sparse, factor: Floats) -> Sparse:
    """Each row multiplied by its factor."""
    scaled = matrix.copy().astype(np.float64)
    scaled.data = scaled.data * np.repeat(factor, np.diff(scaled.indptr))
    return scaled


def _inverse(values: Floats) -> Floats:
    out = np.zeros_like(values)
    np.divide(1.0, values, out=out, where=values > 0)
    return out


def code_labels(codes: pd.DataFrame) -> list[pd.DataFrame]:
    """The codes of every firm at three levels, coarse to fine: one frame firm_id, label per level.

    `codes` holds firm_id, scheme, code. A code too short for a level has no label there.

    Raises
    ------
    ValueError
        When a scheme is not known.
    """
    unknown = sorted(set(codes["scheme"].dropna()) - set(LEVELS))
    if unknown:
        msg = f"行业分类标准未知 / unknown industry scheme: {', '.join(unknown)}; use {', '.join(LEVELS)}"
        raise ValueError(msg)
    known = codes.dropna(subset=["firm_id", "scheme", "code"])
    # Sorted once: what codes begin with is in the order of the codes.
    known = known.sort_values(["firm_id", "scheme", "code"], kind="stable")
    codes_of = [(str(scheme), str(code)) for scheme, code in cells_of(known, "scheme", "code")]
    frames = []
    for level in range(3):
        labels = {(scheme, code): _label(scheme, code, LEVELS[scheme][level]) for scheme, code in set(codes_of)}
        label = pd.Series([labels[code] for code in codes_of], index=known.index, dtype="str")
        frame = pd.DataFrame({"firm_id": known["firm_id"], "label": label}).dropna(subset="label")
        frames.append(frame.drop_duplicates(ignore_index=True))
    return frames


def _label(scheme: str, code: str, digits: int) -> str | None:
    return f"{scheme}:{code[:digits]}" if len(code) >= digits else None


def code_rows(labels: pd.DataFrame, columns: Mapping[str, int], position: Mapping[str, int], size: int) -> Sparse:
    """One row per firm with a 1 for every code it holds; codes that no firm of the reference holds have no column."""
    kept = labels[labels["label"].isin(columns.keys())]
    firm = kept["firm_id"].map(position).to_numpy(dtype=np.int64)
    code = kept["label"].map(columns).to_numpy(dtype=np.int64)
    return sparse.csr_array((np.ones(len(kept)), (firm, code)), shape=(size, max(len(columns), 1)))


def shared_code_sums(rows: Sparse, population: Sparse, weights: Floats) -> Floats:
    """For each row and each column of weights: the weight of the population's firms that share at least one code.

    Firms are grouped by their set of codes, so that the work is (sets x sets) and not (firms x firms).
    """
    left, left_of = _code_sets(rows)
    right, right_of = _code_sets(population)
    in_set = sparse.csr_array(
        (np.ones(len(right_of)), (right_of, np.arange(len(right_of)))), shape=(right.shape[0], len(right_of))
    )
    shares = sparse.csr_array(left @ right.T)
    shares.data = np.ones_like(shares.data)
    sums = np.asarray(shares @ (in_set @ weights), dtype=np.float64)
    return sums[left_of]


def _code_sets(rows: Sparse) -> tuple[Sparse, Integers]:
    """The distinct rows, and which of them each row is."""
    rows = sparse.csr_array(rows)
    rows.sort_indices()
    number: dict[bytes, int] = {}
    first: list[int] = []
    which = np.empty(rows.shape[0], dtype=np.int64)
    indices = rows.indices.astype(np.int32)
    for row, (start, end) in enumerate(zip(rows.indptr[:-1], rows.indptr[1:], strict=True)):
        key = indices[start:end].tobytes()
        found = number.setdefault(key, len(number))
        if found == len(first):
            first.append(row)
        which[row] = found
    return sparse.csr_array(rows[first]), which


def kernel_means(text: Sparse, codes: Sequence[Sparse]) -> Floats:
    """Mean entry of each kernel over all pairs of firms, own pairs counted as 0: three code levels, then text."""
    size = text.shape[0]
    totals = []
    for rows in codes:
        sums = shared_code_sums(rows, rows, np.ones((size, 1)))
        totals.append(float(sums.sum()) - _filled(rows).sum())
    summed = np.asarray(text.sum(axis=0)).ravel()
    totals.append(float(summed @ summed) - _filled(text).sum())
    return np.asarray(np.maximum(np.array(totals) / max(size, 1) ** 2, 0.0), dtype=np.float64)


def _filled(rows: Sparse) -> Floats:
    """1 for a row that holds anything."""
    return (np.diff(sparse.csr_array(rows).indptr) > 0).astype(np.float64)


def mix_factors(means: Floats) -> Floats:
    """Weight of each kernel in the mix over its mean; 0 for a kernel that is empty."""
    weights = np.array([*CODE_WEIGHTS, TEXT_WEIGHT])
    factors = np.where(means > 1e-15, weights / np.where(means > 1e-15, means, 1.0), 0.0)
    return np.asarray(factors, dtype=np.float64)


def mix_sums(
    text: Sparse, codes: Sequence[Sparse], population: tuple[Sparse, Sequence[Sparse]], factors: Floats, weights: Floats
) -> Floats:
    """Summed mixed kernel between each firm (row) and each weighted set of firms (column of `weights`), own pair kept.

    `population` is the text and the codes of the firms the weights belong to.
    """
    summed = sparse.csr_array(population[0]).T @ weights
    total: Floats = np.asarray(text @ summed, dtype=np.float64) * factors[3]
    for factor, rows, others in zip(factors[:3], codes, population[1], strict=True):
        if factor > 0:
            total += factor * shared_code_sums(rows, others, weights)
    return total


def own_mix(text: Sparse, codes: Sequence[Sparse], factors: Floats) -> Floats:
    """What each firm's own pair adds to a sum that contains it: to be taken off (zero diagonal)."""
    squared = np.asarray(text.multiply(text).sum(axis=1), dtype=np.float64).ravel()
    total: Floats = squared * factors[3]
    for factor, rows in zip(factors[:3], codes, strict=True):
        total += factor * _filled(rows)
    return total


def walk_attributes(text: Sparse, codes: Sequence[Sparse]) -> Sparse:
    """Firm by attribute for the walk: text, then codes fine to coarse, each block's rows of sum 1 times its weight."""
    blocks = [text, *reversed(codes)]
    parts = [unit_rows(block, power=1) * weight for block, weight in zip(blocks, WALK_WEIGHTS, strict=True)]
    return sparse.csr_array(sparse.hstack(parts, format="csr"))


def arrivals(attributes: Sparse, starts: NDArray[_Real]) -> NDArray[_Real]:
    """Visiting mass of the walk with restart at every firm: one column per column of `starts` (firm by set).

    A walker steps from a firm to one of its attributes and on to one of the firms that hold it; before each step it
    stops with probability .15. 25 steps leave 1.5 % of the mass out, the same for every start. Walked in the precision
    that the starts have.
    """
    from_firm = unit_rows(attributes, power=1)
    to_firm = unit_rows(sparse.csr_array(attributes.T), power=1)
    out, back = sparse.csr_array(from_firm.T), sparse.csr_array(to_firm.T)
    out, back = out.astype(starts.dtype), back.astype(starts.dtype)
    arrived = np.empty_like(starts)
    for first in range(0, starts.shape[1], _AT_ONCE):
        begin = RESTART * starts[:, first : first + _AT_ONCE]
        held = begin
        for _ in range(STEPS):
            held = begin + (1 - RESTART) * (back @ (out @ held))
        arrived[:, first : first + _AT_ONCE] = held
    return arrived


def solved_walk(attributes: Sparse) -> Floats:
    """The walk solved exactly: entry [g, f] is the mass that a walk started at g leaves at f. For small populations."""
    from_firm = unit_rows(attributes, power=1)
    to_firm = unit_rows(sparse.csr_array(attributes.T), power=1)
    step = (from_firm @ to_firm).toarray()
    return np.asarray(RESTART * np.linalg.inv(np.eye(step.shape[0]) - (1 - RESTART) * step), dtype=np.float64)


def own_returns(attributes: Sparse, *, probes: int = 64, seed: int = 0) -> Floats:
    """How much of a firm's own walk comes back to it, estimated with random signs (median error about 1 %).

    It has to be taken off a firm's reference value: with it the reference of visible firms is too high and a back-test
    over all outside firms shows a gain that is not there (AUROC .742 instead of .645).
    """
    firm_sum = np.asarray(attributes.sum(axis=1), dtype=np.float64).ravel()
    attribute_sum = np.asarray(attributes.sum(axis=0), dtype=np.float64).ravel()
    scaled = scale_rows(attributes, np.sqrt(_inverse(firm_sum)))
    scaled = sparse.csr_array(scaled @ sparse.diags_array(np.sqrt(_inverse(attribute_sum))))
    flipped = sparse.csr_array(scaled.T)
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(attributes.shape[0], probes))
    step = scaled @ (flipped @ signs)
    total = np.zeros_like(signs)
    factor = RESTART * (1 - RESTART)
    for _ in range(2, STEPS + 1):
        step = scaled @ (flipped @ step)
        factor *= 1 - RESTART
        total += factor * step
    first = np.asarray(scaled.multiply(scaled).sum(axis=1), dtype=np.float64).ravel()
    return np.asarray(RESTART + RESTART * (1 - RESTART) * first + (signs * total).mean(axis=1), dtype=np.float64)


def own_arrivals(
    attributes: Sparse, again: Sparse, own: Integers, *, probes: int = 64, seed: int = 0
) -> tuple[Floats, Floats]:
    """What walks from firms of a population leave at further rows of the same firms, estimated with random signs.

    Where a register says more about firms that the population has, each has a second row, and its own walk is no
    evidence for it. Walking from every one of them takes time in proportion to their number; a sign for each firm of
    the population walks for all of them at once. The first step, most of what comes back, is exact.

    Parameters
    ----------
    attributes
        Of the population's firms.
    again, own
        Attributes of the second rows; which firm of the population each of them is.

    Returns
    -------
    mean, error
        Per row of `again`: mass that arrives at it, and the standard error over the probes.
    """
    by_firm = np.sqrt(_inverse(np.asarray(attributes.sum(axis=1), dtype=np.float64).ravel()))
    by_attribute = sparse.diags_array(np.sqrt(_inverse(np.asarray(attributes.sum(axis=0), dtype=np.float64).ravel())))
    scaled = sparse.csr_array(scale_rows(attributes, by_firm) @ by_attribute)
    flipped, arriving = sparse.csr_array(scaled.T), sparse.csr_array(again @ by_attribute)
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(attributes.shape[0], probes))
    factor = RESTART * (1 - RESTART)
    first = factor * np.asarray(arriving.multiply(scaled[own]).sum(axis=1), dtype=np.float64).ravel()
    seen, total = flipped @ signs, np.zeros((attributes.shape[1], probes))
    for _ in range(STEPS):
        seen = flipped @ (scaled @ seen)
        factor *= 1 - RESTART
        total += factor * seen
    found = np.asarray(arriving @ total, dtype=np.float64) * signs[own]
    error = found.std(axis=1, ddof=1) / np.sqrt(probes)
    return by_firm[own] * (first + found.mean(axis=1)), by_firm[own] * error


def lift(mass: Floats, count: Floats, expected: Floats, *, kappa: float = 10.0, floor: float = 1e-9) -> Floats:
    """Log of how much more kernel mass lies on a set of firms than on as many average ones, shrunk by kappa firms.

    ``ln[(mass + kappa p) / ((count + kappa) p)]`` in nats, p = `expected` floored at 1e-9; 0 = as everywhere.

    Examples
    --------
    >>> lift(np.array([3.0]), np.array([10.0]), np.array([0.1])).round(3)
    array([0.693])
    """
    base = np.maximum(expected, floor)
    return np.asarray(np.log((mass + kappa * base) / ((count + kappa) * base)), dtype=np.float64)


def position_of(ids: Iterable[str]) -> dict[str, int]:
    """Where each id stands."""
    return {firm_id: index for index, firm_id in enumerate(ids)}


def dense(matrix: Any) -> Floats:
    """A sparse product as an array of floats."""
    return np.asarray(matrix.toarray(), dtype=np.float64)
