"""The score's weights fitted anew on a bureau's own outcomes, where there are enough and they do better held out.

The five terms stay as they are; only their weights and the constant change. S is then the log odds of having come over
those of an average firm of the pool, by a logistic regression with weights that cannot be negative (ridge 1). Whether
the fitted weights are better is asked of firms that the fit has not seen: five folds over firms. The shipped weights
stay unless they are beaten there.

The weights live in a TOML file (`as_toml`), are read by `read_weights` and used by ``chaingraph run --weights FILE``,
with a national reference only: a case alone has a form of its own, of which these outcomes say nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from chaingraph.backtest.measures import measure
from chaingraph.backtest.methods import FIVE, FOLDS, TERM_OF, fit_weights
from chaingraph.backtest.panel import Flags, Panel
from chaingraph.backtest.protocol import outcome_pairs, outcome_round
from chaingraph.errors import CaseError
from chaingraph.fit.kernels import Floats
from chaingraph.fit.score import FULL_FORM
from chaingraph.labels import LANGUAGES, both, text

LEAST_POSITIVES = 200  # firms that came, from which weights may be fitted anew


@dataclass(frozen=True)
class Refit:
    """What fitting anew gave.

    ``positives``: firms that came and are known to the case. ``weights``: by term, with ``constant``; those shipped
    where there were too few or the fitted ones did no better. ``fitted``: whether they are the fitted ones.
    ``shipped_auroc``, ``fitted_auroc``: on firms held out (0-1; NaN where nothing was fitted).
    """

    positives: int
    weights: Mapping[str, float]
    fitted: bool
    shipped_auroc: float
    fitted_auroc: float


def refit(
    tables: Mapping[str, pd.DataFrame],
    outcomes: pd.DataFrame,
    *,
    panel: Panel,
    least: int = LEAST_POSITIVES,
    seed: int = 0,
) -> Refit:
    """Fit the score's weights to outcomes.

    Parameters
    ----------
    tables
        A national case's tables, as for `chaingraph.backtest.backtest`; of a date before the outcomes, or what came
        with them is read back out of it.
    outcomes
        firm (id or name), region (city), date: firms that came; see `chaingraph.ledger.lists.feedback.outcomes`.
    panel
        The firms of these tables, prepared (`chaingraph.backtest.panel.panel_of`).
    least
        Positives needed; with fewer the shipped weights stay.
    seed
        Of the folds.

    Raises
    ------
    CaseError
        When no outcome matches a firm and a city of the case.
    """
    now = outcome_round(panel, outcome_pairs(panel, tables["firms"], outcomes))
    positives = int(now.positive.sum())
    shipped = dict(FULL_FORM)
    if positives < least:
        return Refit(positives, shipped, fitted=False, shipped_auroc=np.nan, fitted_auroc=np.nan)
    rows, truth, base = [], [], []
    for place in range(len(now.split.cities)):
        inside = now.pools["B"](place)
        rows.append(np.column_stack([now.found[name][place][inside] for name in FIVE]))
        truth.append(now.positive[place][inside])
        share = float(truth[-1].mean())
        base.append(np.full(int(inside.sum()), np.log(share / (1 - share))))
    values, labels, offset = np.concatenate(rows), np.concatenate(truth), np.concatenate(base)
    held_out = _held_out(values, labels, offset, seed)
    order = [shipped[term] for term in TERM_OF]
    before = float(measure(values @ np.array(order), labels)[0])
    after = float(measure(held_out, labels)[0])
    if not after > before:
        return Refit(positives, shipped, fitted=False, shipped_auroc=before, fitted_auroc=after)
    found = fit_weights(values, labels, offset=offset)
    weights = dict(zip(TERM_OF, map(float, found[1:]), strict=True)) | {"constant": float(found[0])}
    return Refit(positives, weights, fitted=True, shipped_auroc=before, fitted_auroc=after)


def _held_out(values: Floats, labels: Flags, offset: Floats, seed: int) -> Floats:
    """The score of every firm by weights that were fitted without it."""
    fold = np.random.default_rng(seed).permutation(len(labels)) % FOLDS
    scores = np.zeros(len(labels))
    for number in range(FOLDS):
        seen = fold != number
        weights = fit_weights(values[seen], labels[seen], offset=offset[seen])
        scores[~seen] = values[~seen] @ weights[1:]
    return scores


def reading(result: Refit, lang: str = "zh", *, least: int = LEAST_POSITIVES) -> str:
    """What came of it, as a sentence."""
    values = {
        "count": result.positives,
        "least": least,
        "shipped": f"{result.shipped_auroc:.3f}",
        "fitted": f"{result.fitted_auroc:.3f}",
    }
    if result.fitted:
        return text("ledger.weights_fitted", lang, **values)
    entry = "ledger.positives" if result.positives < least else "ledger.weights_no_better"
    return text(entry, lang, **values)


def as_toml(result: Refit, *, source: str, on: str) -> str:
    """The weights as a file, with where they come from.

    Raises
    ------
    CaseError
        When the weights are the shipped ones: a file of them would look like a finding.
    """
    if not result.fitted:
        raise CaseError({lang: reading(result, lang) for lang in LANGUAGES})
    lines = [
        "# Weights of the score's five terms, fitted on a bureau's own outcomes (chaingraph run --weights FILE)",
        f"# Held-out AUROC: shipped {result.shipped_auroc:.4f}, these {result.fitted_auroc:.4f}",
        f"source = {quoted(source)}",
        f"on = {quoted(on)}",
        f"positives = {result.positives}",
        "",
        "[weights]",
        *(f"{term} = {value:.6g}" for term, value in result.weights.items()),
    ]
    return "\n".join(lines) + "\n"


def quoted(value: str) -> str:
    """A text as TOML writes it, on one line."""
    plain = "".join(letter for letter in value if letter.isprintable())
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def read_weights(content: str, name: str = "weights") -> dict[str, float]:
    r"""The weights of a file of `as_toml`; ``name`` is the file's, for messages.

    Raises
    ------
    CaseError
        When it is no TOML, or a weight is missing, unknown, negative (the constant may be) or no number.

    Examples
    --------
    >>> weights = "mix = 0.5\nppr = 0.8\nnear = 0\npeers = 0.4\nrelatedness = 0.1\nconstant = -0.2"
    >>> read_weights(f"[weights]\n{weights}")["ppr"]
    0.8
    """
    try:
        held = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise CaseError(both("errors.weights_no_toml", file=name, detail=error)) from error
    found = held.get("weights")
    if not isinstance(found, dict) or found.keys() != FULL_FORM.keys():
        shown = ", ".join(map(str, found if isinstance(found, dict) else held))[:200] or "-"
        raise CaseError(both("errors.weights_terms", file=name, terms=", ".join(FULL_FORM), found=shown))
    for term, value in found.items():
        number = isinstance(value, (int, float)) and not isinstance(value, bool) and np.isfinite(value)
        if not number or (value < 0 and term != "constant"):
            raise CaseError(both("errors.weights_value", file=name, term=term, value=repr(value)[:80]))
    return {term: float(found[term]) for term in FULL_FORM}
