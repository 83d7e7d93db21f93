"""Pieces of product texts and their weights are those that scikit-learn counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from chaingraph.fit import pieces
from chaingraph.fit.pieces import known_pieces, learned_pieces

TEXTS = (
    "光伏玻璃",
    "超白光伏玻璃",
    "光伏玻璃 光伏玻璃 光伏玻璃",
    "IGBT  模块",
    "igbt\t\n模块\u3000",
    "İstanbul 车灯",
    "𠮷野家 𠮷野",
    "😀😀😀",
    "硅",
    "",
    "a",
    "ab",
    "aba abab",
)


def theirs(**settings: object) -> TfidfVectorizer:
    return TfidfVectorizer(analyzer="char", ngram_range=(2, 3), sublinear_tf=True, dtype=np.float64, **settings)


@pytest.mark.parametrize("at_once", [3, 1000])
def test_learned_pieces_their_weights_and_rows_are_those_of_scikit_learn(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pieces, "_AT_ONCE", at_once)
    other = theirs(min_df=2).fit(TEXTS)
    ours = learned_pieces(TEXTS)
    assert ours is not None
    assert ours.names == tuple(other.get_feature_names_out())
    assert len(ours.names) > 10
    np.testing.assert_allclose(ours.weights, other.idf_, rtol=1e-15)
    asked = [*TEXTS, "玻璃光伏", "全新"]
    rows, expected = ours.rows(asked), other.transform(asked)
    assert rows.shape == expected.shape
    np.testing.assert_array_equal(rows.indptr, expected.indptr)
    np.testing.assert_array_equal(rows.indices, expected.indices)
    np.testing.assert_allclose(rows.data, expected.data, rtol=1e-15)


def test_known_pieces_keep_the_order_they_are_given_in() -> None:
    names, weights = ["玻璃", "光伏", "光伏玻", "AB"], np.array([1.0, 2.0, 3.0, 4.0])
    other = theirs(vocabulary={name: at for at, name in enumerate(names)})
    other.idf_ = weights
    ours = known_pieces(names, weights)
    assert ours is not None
    assert ours.names == tuple(names)
    np.testing.assert_allclose(ours.rows(TEXTS).todense(), other.transform(TEXTS).todense(), rtol=1e-15)


@pytest.mark.parametrize("texts", [[], ["光伏"], ["光伏", "玻璃"], ["硅", "锂"]])
def test_where_no_piece_stands_in_two_texts_there_are_none(texts: list[str]) -> None:
    assert learned_pieces(texts) is None


def test_no_pieces_known_are_none_and_no_texts_no_rows() -> None:
    assert known_pieces([], np.zeros(0)) is None
    known = known_pieces(["光伏"], np.ones(1))
    assert known is not None
    assert known.rows([]).shape == (0, 1)


def test_a_run_needs_no_scikit_learn() -> None:
    """Loading it took a tenth of a run: only rooms that a plain run does not enter may ask for it."""
    package = Path(pieces.__file__).parents[1]
    asking = {file for file in package.rglob("*.py") if "sklearn" in file.read_text(encoding="utf-8")}
    assert {file.relative_to(package).parts[0] for file in asking} == {"tagging", "backtest"}
