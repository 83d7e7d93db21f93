"""What speaks for a candidate segment, found over many texts at once: the same as one text at a time would tell."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from chaingraph.tagging.features import NONE, TermIndex
from chaingraph.tagging.linear import LinearStep
from chaingraph.tagging.pair_facts import FEATURES, Pairs, pair_facts

TERMS = TermIndex(
    [
        ("pc", "term:pc", ["CM10"]),
        ("电池", "term:电池", ["EV04"]),
        ("锂电池", "group:x", ["EV04", "PV11"]),
        ("锂电池隔膜", "term:锂电池隔膜", ["EV03"]),
        ("铝箔", "term:铝箔", []),
        ("膜", "group:x", ["EV03"]),
        ("电池用超高分子量聚乙烯微孔隔离膜材料", "term:l", ["EV03"]),
    ]
)
CLASSES = ["CM10", "EV03", "EV04", "PV11", NONE]
LONG = "电池用超高分子量聚乙烯微孔隔离膜材料"
PIECES = st.sampled_from(["pc", "锂", "电池", "隔", "膜", "铝箔", "非", "u", "1", "a", LONG])
TEXTS = st.lists(st.lists(PIECES, max_size=7).map("".join), max_size=6)


def _pairs(texts: list[str], scores: npt.NDArray[np.float64]) -> Pairs:
    hits = TERMS.find_all(texts)
    members = np.array([[name in meant for name in CLASSES] for meant in TERMS.meanings])
    return pair_facts(texts, hits, members, scores, top=2, least=0.06)


@given(TEXTS, st.sampled_from([None, "group:x", "term:锂电池隔膜", "term:l"]))
def test_terms_found_in_many_texts_are_those_found_in_each(texts: list[str], source: str | None) -> None:
    hits = TERMS.find_all(texts, None if source is None else [source] * len(texts))
    found = [
        [
            (int(start), int(end), TERMS.meanings[meaning])
            for row, start, end, meaning in zip(*hits, strict=True)
            if row == number
        ]
        for number in range(len(texts))
    ]
    assert found == [sorted(TERMS.find(text, source)) for text in texts]


@given(TEXTS, st.integers(0, 2**32 - 1))
def test_facts_of_a_text_do_not_depend_on_the_texts_beside_it(texts: list[str], seed: int) -> None:
    scores = np.random.default_rng(seed).uniform(-0.1, 0.9, (len(texts), len(CLASSES)))
    together = _pairs(texts, scores)
    for row, text in enumerate(texts):
        alone = _pairs([text], scores[[row]])
        of = together.row == row
        assert together.column[of].tolist() == alone.column.tolist()
        np.testing.assert_array_equal(together.features[of], alone.features)


def test_features_tell_the_head_noun_from_what_stands_before_it() -> None:
    index = TermIndex([("锂电池", "a", ["EV04"]), ("隔膜", "b", ["EV03"])])
    hits = index.find_all(["锂电池隔膜"])
    members = np.array([[name in meant for name in ("EV03", "EV04", NONE)] for meant in index.meanings])
    pairs = pair_facts(["锂电池隔膜"], hits, members, np.array([[0.4, 0.3, 0.1]]), top=3, least=0.06)
    told = {name: pairs.features[:, place].round(2).tolist() for place, name in enumerate(FEATURES)}
    assert pairs.column.tolist() == [0, 1]
    assert np.allclose(told["suffix"], [0.4, 0.0])
    assert np.allclose(told["other_suffix"], [0.0, 0.4])
    assert np.allclose(told["linear_gap"], [0.1, -0.1])
    assert np.allclose(told["inside"], [0.4, 0.6])
    assert told["uncovered"] == [0.0, 0.0]


def test_a_word_of_no_chain_has_no_candidate() -> None:
    assert len(_pairs(["铝箔"], np.array([[0.0, 0.9, 0.0, 0.0, 0.1]])).row) == 0
    assert _pairs(["电容铝箔"], np.array([[0.0, 0.9, 0.0, 0.0, 0.1]])).column.tolist() == [1]


def test_the_linear_step_brings_its_best_candidates_only() -> None:
    scores = np.array([[0.5, 0.05, 0.3, 0.4, 0.9]])
    assert _pairs(["水"], scores).column.tolist() == [0, 3]


def test_weights_of_letters_are_those_of_scikit_learn() -> None:
    texts = ["光伏玻璃", "超白光伏玻璃玻璃", "锂电池", "pet/ct", "酒"]
    labels = [frozenset({"P"})] * 2 + [frozenset({NONE})] * 3
    step = LinearStep(0.3).fit(texts, labels, ["P", NONE])
    theirs = TfidfVectorizer(analyzer="char", ngram_range=(2, 4), sublinear_tf=True, lowercase=False)
    expected = theirs.fit_transform([f"^{text}$ {text[-3:]}$" for text in texts])
    assert step.grams == list(theirs.get_feature_names_out())
    np.testing.assert_allclose(step.features(texts).toarray(), expected.toarray(), atol=1e-6)
