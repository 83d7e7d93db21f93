"""SegmentTagger: product or business-scope text to the segments of the chains, or to none of them.

Two steps. A linear step (ridge regression on tf-idf of 1 to 4 characters, all segments and "none" solved at once) says
which segments a product's letters speak for. A pair step (logistic regression) then judges every candidate segment of a
product by that score, by the terms of the case that stand in the text (where, how long, what else they mean) and by
what speaks against it. The pair step is learnt from scores of the linear step that have not seen the firm in question
(leave-one-group-out in closed form), so it knows how far to trust them. Last, its probabilities are calibrated, and the
threshold chosen, on folds of firms that it has not seen either; here it also counts what stands beside a candidate: the
other segments the same product may belong to, and whether the firm's other products speak for the same chain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from chaingraph.errors import CaseError
from chaingraph.labels import both
from chaingraph.model.columns import SEPARATOR, split
from chaingraph.tagging.context import CONTEXT, SETTINGS, batches, beside, settings
from chaingraph.tagging.curves import EXPANDED, Curve, expanded, fitted, threshold_for
from chaingraph.tagging.features import NONE, TermIndex, parts
from chaingraph.tagging.linear import LinearStep
from chaingraph.tagging.pair_facts import FEATURES, Pairs, pair_facts, ranges
from chaingraph.tagging.taught import as_texts, listed_terms, same_meaning, training_rows

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
_BATCH = 20_000
_TOP = 3  # candidates that the linear step alone may bring
_LEAST = 0.06  # linear score below which it brings none
_LIKELY = 0.5  # what is less likely than not is never named
_ENOUGH = 100  # right pairs from which a threshold of their own is chosen
_OUTSIDE_WEIGHT = 4.0  # of a text that is none of these: most products of a country are
_TERM_WEIGHT = 0.3  # of a term of the case as an example, beside 1 for a product of a firm
EXPLAIN_COLUMNS = ("text", "product", "segment_id", "probability", "kind", "words", "contribution")


class _Judged:
    """Products judged so far, each once however many texts name it: its candidates stand one after another."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self._first = self._count = self._column = np.empty(0, dtype=np.int64)
        self._raw = np.empty(0)

    def learn(self, products: Sequence[str], judge: Callable[[Sequence[str]], tuple[Places, Places, Floats]]) -> None:
        """Have new products judged; one without a candidate gets one of no class, which only counts as one more."""
        if not products:
            return
        row, column, raw = judge(products)
        bare = np.setdiff1d(np.arange(len(products)), row)
        row = np.append(row, bare)
        order = np.argsort(row, kind="stable")
        count = np.bincount(row, minlength=len(products))
        self.numbers.update(zip(products, range(len(self._first), len(self._first) + len(products)), strict=True))
        self._first = np.append(self._first, len(self._column) + np.cumsum(count) - count)
        self._count = np.append(self._count, count)
        self._column = np.append(self._column, np.append(column, np.full(len(bare), -1))[order])
        self._raw = np.append(self._raw, np.append(raw, np.zeros(len(bare)))[order])

    def candidates(self, products: Sequence[str]) -> tuple[Places, Places, Places, Floats]:
        """Candidates of these products: place of the product in the list, its number, column, what is said of it."""
        number = np.fromiter((self.numbers[product] for product in products), np.int64, len(products))
        of, place = ranges(self._first[number], self._count[number])
        return of, number[of], self._column[place], self._raw[place]


class SegmentTagger(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped; estimators inherit
    """Which segments does this product text belong to, how surely, and by which words?

    Parameters
    ----------
    terms
        Dictionary: DataFrame with term and segments (ids joined with ``;``; empty = none of the chains), or None.
    chains
        The chain of every segment; None: all segments are of one.
    strength
        Ridge strength of the linear step; 1 is as much as one text says about itself.
    precision
        Of predicted (group, segment) pairs, the share that shall be right on unseen groups; fixes ``threshold_``.

    Attributes
    ----------
    classes_ : ndarray of str
        Segment ids, sorted; the last is ``""``, none of these.
    thresholds_ : ndarray
        The same for a product of a group, by what it stands in (`context.settings`): among others of no or another
        chain (``threshold_``), among others that speak for its chain, or as the only one of its group.
    threshold_ : float
        Probability from which `predict` names a segment, chosen on held-out groups of the training data.

    Notes
    -----
    Labels are sets: segment ids joined with ``;``, empty for none, as in a cell of a case. A product may belong to
    segments of several chains at once (carbon fibre), so probabilities of segments do not add up to 1; each says how
    often a segment named with it is right. The column of ``""`` is the chance that no segment is right.

    Examples
    --------
    >>> tagger = SegmentTagger().fit(["光伏玻璃", "太阳能玻璃", "白酒", "贷款"] * 3, ["PV04", "PV04", "", ""] * 3)
    >>> list(tagger.predict(["超白光伏玻璃", "白酒"]))
    ['PV04', '']
    """

    def __init__(
        self,
        terms: pd.DataFrame | None = None,
        *,
        chains: Mapping[str, str] | None = None,
        strength: float = 0.3,
        precision: float = 0.95,
    ) -> None:
        self.terms = terms
        self.chains = chains
        self.strength = strength
        self.precision = precision

    def __sklearn_tags__(self) -> object:
        """Input is one-dimensional text, not a table of numbers."""
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        tags.input_tags.string = True
        return tags

    def fit(self, X: Sequence[str], y: Sequence[str], groups: Sequence[object] | None = None) -> SegmentTagger:
        """Learn from texts and the segments they belong to.

        Parameters
        ----------
        X
            Texts; one may list several products, which then all get its label.
        y
            Segment ids joined with ``;``; empty or missing for none of these.
        groups
            Who the text is from (the firm): texts of one group are held out together. None: every text on its own.

        Raises
        ------
        CaseError
            When there is nothing to learn from, or the lengths differ.
        """
        texts, labels, sources, own = self._take(X, y, groups)
        self.linear_ = LinearStep(self.strength).fit(texts, labels, list(self.classes_))
        pairs = self._pairs(texts, self.linear_.held_out(sources), sources)
        self._fit_pairs(pairs, labels, sources, own)
        self.linear_.forget_training()
        return self

    def learnt(self) -> dict[str, npt.NDArray[np.floating]]:
        """What learning has found and the texts do not say by themselves, as arrays that `recall` takes."""
        check_is_fitted(self, "linear_")
        curves = {"pair": self.pair_curve_, "calibration": self.calibration_}
        kept = {name: curve.numbers() for name, curve in curves.items()}
        return {"dual": self.linear_.dual, **kept, "threshold": self.thresholds_}

    def recall(
        self,
        X: Sequence[str],
        y: Sequence[str],
        groups: Sequence[object] | None,
        learnt: Mapping[str, npt.NDArray[np.floating]],
    ) -> SegmentTagger:
        """As `fit` of the same texts, from what was `learnt` of them.

        Raises
        ------
        ValueError
            When the arrays cannot be what was learnt of these texts.
        """
        texts, _, _, _ = self._take(X, y, groups)
        width = {"pair": len(FEATURES) + EXPANDED, "calibration": CONTEXT}
        shapes: dict[str, tuple[int, ...]] = {name: (3 * facts + 1,) for name, facts in width.items()}
        shapes |= {"dual": (len(texts), len(self.classes_)), "threshold": (SETTINGS,)}
        if {name: held.shape for name, held in learnt.items()} != shapes or learnt["dual"].dtype != np.float32:
            msg = "not what was learnt of these texts"
            raise ValueError(msg)
        self.pair_curve_, self.calibration_ = (Curve.of(learnt[name]) for name in width)
        self.thresholds_ = np.asarray(learnt["threshold"], dtype=np.float64)
        self.threshold_ = float(self.thresholds_[0])
        self.linear_ = LinearStep(self.strength).recall(texts, list(self.classes_), learnt["dual"])
        return self

    def _take(
        self, X: Sequence[str], y: Sequence[str], groups: Sequence[object] | None
    ) -> tuple[list[str], list[frozenset[str]], list[str], int]:
        """Single products with their classes and sources, examples first, and how many of them are examples."""
        texts, names = as_texts(X), [frozenset(split(value)) for value in as_texts(y)]
        if len(texts) != len(names) or (groups is not None and len(groups) != len(texts)):
            raise CaseError(both("tagging.lengths"))
        sources = [f"group:{group}" for group in (groups if groups is not None else range(len(texts)))]
        products, labels, owners = training_rows(texts, names, sources)
        listed = listed_terms(self.terms)
        segments = sorted(frozenset().union(*labels, *(meant for _, _, meant in listed)) - {NONE})
        if not segments or not products:
            raise CaseError(both("tagging.nothing"))
        self.classes_ = np.array([*segments, NONE], dtype=object)
        self.n_features_in_ = 1
        own = list(zip(products, owners, labels, strict=True))
        self.index_ = TermIndex((term, source, sorted(meant - {NONE})) for term, source, meant in [*listed, *own])
        rows = [*own, *listed]
        return [row[0] for row in rows], [row[2] for row in rows], [row[1] for row in rows], len(own)

    def predict(self, X: Sequence[str]) -> npt.NDArray[np.object_]:
        """The segments of every text, joined with ``;``, surest first; empty for none of these."""
        probabilities = self.predict_proba(X)[:, :-1]
        out = np.empty(len(probabilities), dtype=object)
        out[:] = NONE
        for row in np.flatnonzero((probabilities >= self.threshold_).any(axis=1)):
            order = np.argsort(-probabilities[row], kind="stable")
            out[row] = SEPARATOR.join(
                str(self.classes_[column]) for column in order if probabilities[row, column] >= self.threshold_
            )
        return out

    def predict_proba(self, X: Sequence[str]) -> npt.NDArray[np.float32]:
        """One row per text, one column per class of ``classes_``; see Notes of the class."""
        check_is_fitted(self, "linear_")
        texts = as_texts(X)
        out = np.zeros((len(texts), len(self.classes_)), dtype=np.float32)
        for row, column, probability in self.tag(texts)[["row", "column", "probability"]].itertuples(index=False):
            out[row, column] = probability
        out[:, -1] = np.prod(1.0 - out[:, :-1], axis=1)
        return out

    def tag(
        self, X: Iterable[str], *, groups: Sequence[object] | None = None, least: float | None = 0.0
    ) -> pd.DataFrame:
        """Only the segments that a text may belong to: for long lists, where a full table would not fit in memory.

        Parameters
        ----------
        X
            Texts, in any number; they are read in batches.
        groups
            Who each text is from (the firm), as many as texts: products of one group speak for each other's chain.
            None: every text by itself.
        least
            Probability below which nothing is said; None: the threshold of each candidate.

        Returns
        -------
        DataFrame
            One row per text and segment, sorted by both: row (position of the text), column (position in ``classes_``),
            segment_id, product (the single product of the text that speaks for it most), probability (0-1), threshold
            (0-1, from which it is named: of `thresholds_` that of its setting, ``threshold_`` without groups).
        """
        check_is_fitted(self, "linear_")
        judged = _Judged()
        frames = [pd.DataFrame(columns=["row", "column", "product", "probability", "threshold"])]
        for row, group, held in batches(X, groups, _BATCH):
            pieces = [parts(text) if isinstance(text, str) else () for text in held]
            told = [piece for pieces_of in pieces for piece in pieces_of]
            judged.learn(sorted(set(told) - judged.numbers.keys()), self._judge)
            of = np.repeat(np.arange(len(row)), [len(pieces_of) for pieces_of in pieces])
            if not len(of):  # nothing but empty texts
                continue
            which, piece, column, raw = judged.candidates(told)
            of = of[which]
            context = beside(self._chain_codes(), group[of], piece, column, raw)
            probability = self.calibration_.chances(context)
            limit = self.thresholds_[settings(context) if groups is not None else np.zeros(len(of), dtype=np.int64)]
            kept = np.flatnonzero((column >= 0) & (probability >= (limit if least is None else least)))
            found = {"row": row[of[kept]], "column": column[kept], "product": [told[place] for place in which[kept]]}
            frames.append(pd.DataFrame({**found, "probability": probability[kept], "threshold": limit[kept]}))
            if len(judged.numbers) > 50 * _BATCH:
                judged = _Judged()
        frame = pd.concat([frame for frame in frames if len(frame)] or frames)
        frame = frame.sort_values(["row", "column", "probability", "product"], ascending=[True, True, False, True])
        frame = frame.drop_duplicates(["row", "column"]).reset_index(drop=True)
        frame.insert(2, "segment_id", self.classes_[frame["column"].to_numpy(dtype=np.int64)])
        return frame

    def explain(self, X: Sequence[str], *, least: float = 0.05) -> pd.DataFrame:
        """The words that decided, for every segment that a text may belong to.

        Returns
        -------
        DataFrame
            One row per text, segment and reason: text, product (the single product that decided), segment_id,
            probability (0-1, of the text by itself), kind (``term``: a word of the case's terms or of another firm's
            products that stands in the text; ``letters``: characters that the linear step weighs), words, contribution
            (of a term the share of the product it covers; of letters their part of the linear score; negative speaks
            against).
        """
        texts = as_texts(X)
        found = self.tag(texts, least=least)
        rows: list[tuple[object, ...]] = []
        letters = self.linear_.grams
        for row, column, segment, product, probability, _ in found.itertuples(index=False):
            head = (texts[row], product, segment, float(probability))
            for start, end, meant in self.index_.find(product):
                if segment in meant:
                    rows.append((*head, "term", product[start:end], (end - start) / len(product)))
            grams = self.linear_.features([product])
            weights = self.linear_.weights[grams.indices, column] * grams.data
            for place in np.argsort(-np.abs(weights), kind="stable")[:5]:
                rows.append((*head, "letters", letters[grams.indices[place]], float(weights[place])))
        return pd.DataFrame(rows, columns=list(EXPLAIN_COLUMNS))

    def _judge(self, products: Sequence[str]) -> tuple[Places, Places, Floats]:
        """Candidates of single products, each by itself: place of the product, column, what the pair step says."""
        found = []
        for start in range(0, len(products), _BATCH):
            batch = products[start : start + _BATCH]
            pairs = self._pairs(batch, self.linear_.scores(batch))
            found.append((pairs.row + start, pairs.column, self.pair_curve_.chances(expanded(pairs.features))))
        return tuple(np.concatenate(column) for column in zip(*found, strict=True))  # type: ignore[return-value]  # three

    def _chain_codes(self) -> npt.NDArray[np.int64]:
        chains = self.chains or {}
        return np.append(pd.factorize(np.array([chains.get(str(name), "") for name in self.classes_]))[0], -1)

    def _pairs(
        self, products: Sequence[str], scores: npt.NDArray[np.floating], without: Sequence[str | None] | None = None
    ) -> Pairs:
        """Candidate pairs of products, with the terms of a product's own source left out."""
        hits = self.index_.find_all(products, without)
        place = {str(name): column for column, name in enumerate(self.classes_)}
        members = np.zeros((max(1, len(self.index_.meanings)), len(self.classes_)), dtype=bool)
        for number, meant in enumerate(self.index_.meanings):
            members[number, [place[name] for name in meant]] = True
        return pair_facts(products, hits, members, scores, top=_TOP, least=_LEAST)

    def _fit_pairs(self, pairs: Pairs, labels: Sequence[frozenset[str]], sources: Sequence[str], examples: int) -> None:
        """Learn how far to trust candidates; calibrate and choose the threshold on groups left out of the learning."""
        from sklearn.model_selection import GroupKFold

        right = np.array(
            [self.classes_[column] in labels[row] for row, column in zip(pairs.row, pairs.column, strict=True)]
        )
        groups = pd.factorize(np.array(sources, dtype=object)[pairs.row])[0]
        table = expanded(pairs.features)
        outside = np.array([held == {NONE} for held in labels])[pairs.row]
        weight = np.where(outside, _OUTSIDE_WEIGHT, np.where(pairs.row < examples, 1.0, _TERM_WEIGHT))
        held = np.zeros(len(right))
        for train, test in GroupKFold(min(5, groups.max() + 1)).split(table, right, groups):
            model = fitted(table[train], right[train], weight[train])
            held[test] = model.chances(table[test])
        self.pair_curve_ = fitted(table, right, weight)
        # Calibrated on texts of firms where there are any: terms are cleaner than what people write.
        judged = pairs.row < examples
        judged = judged if right[judged].any() and not right[judged].all() else np.ones_like(judged)
        # Every product of the training data counts as one of its group, whether it has a candidate or not.
        bare = np.setdiff1d(np.arange(len(labels)), pairs.row)
        row, column = np.append(pairs.row, bare), np.append(pairs.column, np.full(len(bare), -1))
        of = pd.factorize(np.array(sources, dtype=object))[0]
        context = beside(self._chain_codes(), of[row], row, column, np.append(held, np.zeros(len(bare))))[: len(held)]
        # With words of no chain beside them: what the dictionary calls none of these must not look likely.
        learnt = judged | outside
        self.calibration_ = fitted(context[learnt], right[learnt], np.where(judged, 1.0, _TERM_WEIGHT)[learnt])
        calibrated = self.calibration_.chances(context)
        same = same_meaning(self.terms)
        named = [same.get(name, set()) | {name} for name in self.classes_[pairs.column]]
        fair = np.array([bool(one & labels[row]) for row, one in zip(pairs.row, named, strict=True)])
        self.threshold_ = threshold_for(calibrated[judged], fair[judged], self.precision)
        # Among products of its chain a candidate is right where the group is in the segment by whichever of them.
        held_by: dict[str, set[str]] = {}
        for source, label in zip(sources[:examples], labels, strict=False):
            held_by.setdefault(source, set()).update(label - {NONE})
        of_group = np.array(
            [bool(one & held_by.get(sources[row], set())) for row, one in zip(pairs.row, named, strict=True)]
        )
        self.thresholds_ = np.full(SETTINGS, self.threshold_)
        setting = settings(context)
        for place in (1, 2):
            inside = judged & (setting == place)
            if min(of_group[inside].sum(), examples) >= _ENOUGH:
                self.thresholds_[place] = max(
                    _LIKELY, threshold_for(calibrated[inside], of_group[inside], self.precision)
                )
