"""Who could supply whom, read off a graph of products and their inputs: a baseline, and a criterion of the usual index.

A product of a firm is matched to a node of the graph: its text itself, else the longest end of it that is a node, else
the longest piece of two to eight characters. On the public graph most matches are loose and most inputs are recipes, so
what is built here ranks hardly better than chance (docs/backtest); it is kept so that this can be seen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from chaingraph.fit import kernels
from chaingraph.fit.kernels import Floats, Sparse

PIECE = (2, 8)  # characters of a piece of a product's text that may stand for it
INPUT = "input"


@dataclass(frozen=True)
class Linkage:
    """Firm by node of the product graph, rows of length 1: what firms make, need, and what their inputs need."""

    makes: Sparse
    needs: Sparse
    needs_further: Sparse


def build_linkage(
    weights: pd.DataFrame, products: pd.DataFrame, links: pd.DataFrame, firm_ids: tuple[str, ...]
) -> Linkage | None:
    """What firms make and need, by node; None without a link of kind input.

    Parameters
    ----------
    weights
        firm_id, text, weight, as of `chaingraph.matching.product_text.product_weights`.
    products, links
        Tables of a case: product_id, product; from_product_id, to_product_id, kind (goods run from the first).
    firm_ids
        The firms, in the order of the rows wanted.
    """
    named = products.dropna(subset=["product_id", "product"]).set_index("product_id")["product"]
    inputs = links[(links["kind"] == INPUT) & links["from_product_id"].isin(named.index)]
    inputs = inputs[inputs["to_product_id"].isin(named.index)]
    if inputs.empty:
        return None
    source, target = inputs["from_product_id"].map(named), inputs["to_product_id"].map(named)
    node = kernels.position_of(sorted(set(source) | set(target)))
    needs = sparse.csr_array(
        (np.ones(len(inputs)), (target.map(node).to_numpy(np.int64), source.map(node).to_numpy(np.int64))),
        shape=(len(node), len(node)),
    )
    needs.data = np.ones_like(needs.data)
    found = {text: node_of(text, node) for text in sorted(set(weights["text"]))}
    matched = weights.assign(node=weights["text"].map(found)).dropna(subset="node")
    matched = matched[matched["firm_id"].isin(set(firm_ids))]
    row = matched["firm_id"].map(kernels.position_of(firm_ids)).to_numpy(np.int64)
    column = matched["node"].map(node).to_numpy(np.int64)
    held = sparse.csr_array((matched["weight"].to_numpy(np.float64), (row, column)), shape=(len(firm_ids), len(node)))
    step = kernels.unit_rows(needs, power=1)
    first = sparse.csr_array(kernels.unit_rows(held, power=1) @ step)
    rare = _rarity(held) + _rarity(needs)
    return Linkage(
        makes=_weighted(held, _rarity(held)),
        needs=_weighted(first, rare),
        needs_further=_weighted(sparse.csr_array(first @ step), rare),
    )


def node_of(text: str, nodes: Collection[str] | Mapping[str, int]) -> str | None:
    """The node that stands for a product text; None when no end or piece of it is one.

    Examples
    --------
    >>> node_of("超薄光伏玻璃", {"玻璃", "光伏玻璃", "光伏"}), node_of("锂电池外壳体", {"电池", "锂电池"})
    ('光伏玻璃', '锂电池')
    """
    for start in range(len(text) - 1):
        if text[start:] in nodes:
            return text[start:]
    for length in range(min(PIECE[1], len(text)), PIECE[0] - 1, -1):
        for start in range(len(text) - length + 1):
            if text[start : start + length] in nodes:
                return text[start : start + length]
    return None


def linkage_sums(linkage: Linkage, member: Floats) -> dict[str, tuple[Floats, Floats]]:
    """Summed kernels between each firm and each set of firms (column of `member`), and what a firm's own pair adds.

    supplies: makes what they need; buys: needs what they make; shared_in: needs what they need; link2: one hop more.
    """
    pairs = {
        "supplies": [(linkage.makes, linkage.needs)],
        "buys": [(linkage.needs, linkage.makes)],
        "shared_in": [(linkage.needs, linkage.needs)],
        "link2": [(linkage.makes, linkage.needs_further), (linkage.needs_further, linkage.makes)],
    }
    out = {}
    for name, products in pairs.items():
        sums = sum(np.asarray(left @ (right.T @ member), dtype=np.float64) for left, right in products)
        own = sum(np.asarray(left.multiply(right).sum(axis=1)).ravel() for left, right in products)
        out[name] = (np.asarray(sums, dtype=np.float64), np.asarray(own, dtype=np.float64))
    return out


def _rarity(rows: Sparse) -> Floats:
    """Log of rows per row that holds a column, 1 added at both ends."""
    holders = np.bincount(rows.indices[rows.data > 0], minlength=rows.shape[1])
    return np.asarray(np.log((1 + rows.shape[0]) / (1 + holders)), dtype=np.float64)


def _weighted(rows: Sparse, factor: Floats) -> Sparse:
    return kernels.unit_rows(sparse.csr_array(rows @ sparse.diags_array(factor)), power=2)
