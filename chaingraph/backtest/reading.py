"""What a back-test's figures say and do not say, in sentences; the reader's own city first."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from chaingraph.backtest.gap_forecast import FIRST, GAP_BASELINE, GapTest
from chaingraph.backtest.protocol import BackTest
from chaingraph.choosing.trust import MIN_HIDDEN, city_figures
from chaingraph.labels import text
from chaingraph.wording.phrases import percent

_figure = partial(percent, sign="")  # the sentences have the sign


def reading(result: BackTest, region: str, lang: str = "zh") -> list[str]:
    """Plain sentences on how far the ranking can be trusted, for a leader.

    Parameters
    ----------
    result
        What `chaingraph.backtest.backtest` measured.
    region
        The reader's city, as in the case (嘉兴).
    lang
        zh or en.

    Returns
    -------
    list of str
        First the own city's figure (or that it cannot be told), then all cities, the gap to counting firms of the
        same industry, the top of the list, calibration, and what was not tested.
    """
    pool = result.by_city[result.by_city["pool"] == "A"]
    summary = result.summary[result.summary["pool"] == "A"].set_index("method")
    sentences = [_own(pool, region, lang)]
    facts = result.facts
    figures = summary.drop(columns="pool").astype("float64").loc[["score"]].to_dict("records")[0]
    score = {str(name): float(value) for name, value in figures.items()}
    base = float(summary["auroc"].get("same_industry", np.nan))
    hundred, chance = score["recall100"], float(summary["recall100"].get("random", np.nan))
    sentences.append(
        text(
            f"backtest.protocol_{result.protocol}",
            lang,
            firms=int(facts["firms"]),
            cities=int(facts["scored_cities"]),
            hidden=round(facts["hidden"]),
        )
    )
    sentences.append(
        text(
            "backtest.overall",
            lang,
            percent=_figure(score["auroc"]),
            low=_figure(score["auroc_low"]),
            high=_figure(score["auroc_high"]),
        )
    )
    if not np.isnan(score.get("gap", np.nan)):
        known = "gap_sure" if score["gap_low"] > 0 else "gap_unsure"
        sentences.append(
            text(
                f"backtest.{known}",
                lang,
                base=_figure(base),
                gap=_points(score["gap"]),
                low=_points(score["gap_low"]),
                high=_points(score["gap_high"]),
            )
        )
    if not np.isnan(chance):
        sentences.append(text("backtest.top100", lang, percent=_figure(hundred), chance=_figure(chance)))
    wide = pool.pivot(index="city", columns="method", values="auroc")
    worse = int((wide["score"] < 0.55).sum())
    sentences.append(text("backtest.weak_cities", lang, count=worse, of=len(wide)))
    slope = result.recalibration["slope"]
    kind = "calibrated" if 0.9 <= slope <= 1.1 else "too_bold" if slope < 0.9 else "too_shy"
    sentences.append(text(f"backtest.{kind}", lang, slope=f"{slope:.2f}"))
    sentences.append(text("backtest.not_tested", lang))
    return sentences


def _own(pool: pd.DataFrame, region: str, lang: str) -> str:
    own = city_figures(pool, region, "score")
    if own is None:
        return text("backtest.own_unknown", lang, region=region, least=MIN_HIDDEN)
    return text(
        "backtest.own",
        lang,
        region=region,
        percent=_figure(own["auroc"]),
        base=_figure(own["base"]),
        hidden=f"{own['hidden']:.0f}",
        top=_figure(own["recall100"]),
    )


def gap_reading(result: GapTest, region: str, lang: str = "zh") -> list[str]:
    """Plain sentences on how far a forecast of absent industries can be trusted, the baseline beside every figure.

    Parameters
    ----------
    result
        What `chaingraph.backtest.gap_forecast` measured.
    region
        The reader's city, as in the case (嘉兴).
    lang
        zh or en.

    Returns
    -------
    list of str
        First the own city, then what was done, the two ways of ranking and their difference, the first twenty, and
        what was not tested.
    """
    best, base, chance = (_gap_row(result, name) for name in ("gap_logistic", GAP_BASELINE, "random"))
    facts = result.facts["temporal"]
    own = result.by_city[result.by_city["city"] == region]
    sentences = []
    if len(own):
        numbers = own[["pairs", "came"]].to_numpy(dtype=np.float64)[0]
        first = dict(zip(own["method"], FIRST * own["first20"].to_numpy(dtype=np.float64), strict=True))
        sentences.append(
            text(
                "backtest.gaps_own",
                lang,
                region=region,
                pairs=f"{numbers[0]:.0f}",
                came=f"{numbers[1]:.0f}",
                first=f"{first['gap_logistic']:.1f}",
                base=f"{first[GAP_BASELINE]:.1f}",
            )
        )
    sentences.append(
        text(
            "backtest.gaps_how",
            lang,
            cities=f"{facts['cities']:.0f}",
            pairs=f"{facts['pairs']:.0f}",
            rate=f"{100 * facts['rate']:.1f}",
        )
    )
    sentences.append(
        text("backtest.gaps_baseline", lang, pooled=_figure(base["pooled"]), within=_figure(base["within"]))
    )
    sure = "gaps_gain_sure" if best["gain_low"] > 0 else "gaps_gain_unsure"
    sentences.append(
        text(
            f"backtest.{sure}",
            lang,
            pooled=_figure(best["pooled"]),
            within=_figure(best["within"]),
            gain=_points(best["gain"]),
            low=_points(best["gain_low"]),
            high=_points(best["gain_high"]),
        )
    )
    sentences.append(
        text(
            "backtest.gaps_first",
            lang,
            first=_points(best["first20"]),
            base=_points(base["first20"]),
            chance=_points(chance["first20"]),
        )
    )
    sentences.append(text("backtest.gaps_not_tested", lang))
    return sentences


def _gap_row(result: GapTest, method: str) -> dict[str, float]:
    row = result.summary[(result.summary["split"] == "temporal") & (result.summary["method"] == method)]
    figures = row.drop(columns=["split", "method"]).astype("float64").to_dict("records")[0]
    return {str(name): float(value) for name, value in figures.items()}


def _points(value: float) -> str:
    return f"{100 * value:.1f}"
