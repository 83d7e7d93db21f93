"""Units that groups opened, with name, city and date: what the protocols `openings` and `entries` are about.

A unit is scored by its name, its group's other units and its capital, never by its own scope of business: registration
offices write scopes in a house style, and style alone finds the city. Of the name only what it says of the trade is
scored: places, legal form, brackets and figures go first, since they would tell the city.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.stats import rankdata

from chaingraph.backtest.panel import Flags
from chaingraph.errors import CaseError
from chaingraph.fit.kernels import Floats, Integers, Sparse
from chaingraph.labels import both
from chaingraph.places import regions
from chaingraph.places.distance import distance_km
from chaingraph.places.gazetteer import CHINA, gazetteer, short_name

KAPPA = 10.0
STYLE_LIMIT = 0.55  # a control that finds the city better than this takes the headline away
SETS = ("dev", "held_out")
_FORM = re.compile(
    r"有限责任公司|股份有限公司|有限公司|分公司|营业所|办事处|总公司|股份|集团|公司|责任|[((][^))]*[))]|[\s\d·\-.]"
)
_AFTER_PLACE = re.compile("^[省市县区州镇]+")
# Words that say how a firm calls itself and not what it makes.
STYLE_WORDS = re.compile(
    "实业|企业|科技|国际|发展|投资|技术|工程|设备|系统|产品|制造|工业|开发|贸易|材料|电子|制品|有限|厂"
)
# One character that stands for a province or city in names (浙, 苏, 甬).
_MARKS = frozenset(
    "京津沪渝冀豫云辽黑湘皖鲁苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼杭甬锡常镇扬泰徐连盐淮宿通嘉湖绍金衢舟台温丽穗深珠汕佛莞厦泉漳福榕沈大鞍抚"
    "丹锦营阜铁盘葫哈长石唐秦邯邢保张承沧廊衡济烟潍威临德聊滨菏日莱淄枣合芜蚌马安滁武宜襄荆"
)


@dataclass(frozen=True)
class Units:
    """Units in the order of their dates.

    ``city``: place in ``cities``; ``group``: number of the group, -1 = none but itself; ``year``; ``foreign``: with
    capital from abroad; ``origin``: where the capital is from, as written (empty: from here; "?": abroad, not told);
    ``capital``: USD million, NaN = not known; ``text``: what is scored of the name; ``province`` and ``km`` of cities.
    """

    city: Integers
    group: Integers
    year: Integers
    foreign: Flags
    origin: tuple[str, ...]
    capital: Floats
    text: tuple[str, ...]
    cities: tuple[str, ...]
    province: tuple[str, ...]
    km: Floats


def units_of(tables: Mapping[str, pd.DataFrame]) -> Units:
    """The dated units of a case: rows of ``firm_sites`` with ``since``, and the name of the firm that runs each.

    Raises
    ------
    CaseError
        When the case has none.
    """
    sites = tables["firm_sites"]
    sites = sites[sites["since"].notna() & sites["kind"].isin(("plant", "subsidiary"))]
    firms = tables["firms"].set_index("firm_id")
    abroad = tables["foreign_investments"].set_index("firm_id")
    unit = sites["unit_id"].fillna(sites["firm_id"])
    frame = pd.DataFrame(
        {
            "unit": unit,
            "group": sites["firm_id"].where(sites["firm_id"] != unit).astype("str"),
            "place": sites["region"],
            "since": sites["since"],
            "name": unit.map(firms["firm"]),
        }
    )
    short = {place: regions.prefecture_of((None, None, place, None)) for place in frame["place"].unique()}
    frame["city"] = frame["place"].map(short).astype("str")
    frame = frame.dropna(subset=["city", "name"]).sort_values(["since", "unit"], kind="stable").drop_duplicates("unit")
    if frame.empty:
        raise CaseError(both("errors.no_units"))
    cities = tuple(sorted(frame["city"].unique()))
    groups = pd.factorize(frame["group"], sort=True)[0]
    foreign = frame["unit"].isin(abroad.index)
    origin = frame["unit"].map(abroad["investor_country"]).astype("str").fillna("?").where(foreign, "")
    km = np.array([[distance_km(one, other) for other in cities] for one in cities], dtype=np.float64)
    return Units(
        city=np.asarray(frame["city"].map({name: place for place, name in enumerate(cities)}), dtype=np.int64),
        group=np.asarray(groups, dtype=np.int64),
        year=np.asarray(frame["since"].str[:4].astype(int), dtype=np.int64),
        foreign=np.asarray(foreign, dtype=bool),
        origin=tuple(origin),
        capital=np.asarray(frame["unit"].map(abroad["contracted_usd_m"]), dtype=np.float64),
        text=tuple(scored_text(name) for name in frame["name"]),
        cities=cities,
        province=tuple(regions.province_of((None, None, name, None)) or name for name in cities),
        km=np.where(np.isnan(km), 2_000.0, km),
    )


@cache
def _places() -> re.Pattern[str]:
    """Every name of a province, city or county, long and short."""
    names = {
        name
        for path, place in gazetteer().places.items()
        if path[0] == CHINA and len(path) > 1
        for name in (place.name, path[-1], short_name(place.name), place.name[:-1])
    }
    return re.compile("|".join(map(re.escape, sorted((n for n in names if len(n) > 1), key=lambda n: (-len(n), n)))))


def scored_text(name: str) -> str:
    """What is scored of a unit's name: without places and their marks, legal form, brackets and figures.

    Examples
    --------
    >>> scored_text("绍兴东达电炉电气有限公司"), scored_text("菲尔特过滤器材(苏州)有限公司")
    ('东达电炉电气', '菲尔特过滤器材')
    """
    bare = _AFTER_PLACE.sub("", _places().sub("", _FORM.sub("", name)))
    return "".join(letter for letter in bare if letter not in _MARKS)


def style_text(text: str) -> str:
    """The style words of a scored text, in their order: all that the control sees.

    Examples
    --------
    >>> style_text("东达电子科技")
    '电子 科技'
    """
    return " ".join(STYLE_WORDS.findall(text)) or "-"


def text_rows(texts: Sequence[str], seen: Flags, shortest: int, longest: int) -> Sparse:
    """Pieces of names as unit rows; which pieces there are and how rare is learnt from those ``seen`` alone."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(shortest, longest), sublinear_tf=True, min_df=2)
    known = [text for text, there in zip(texts, seen, strict=True) if there]
    pieces = vectorizer.build_analyzer()
    met: set[str] = set()
    for text in known:
        own = set(pieces(text))
        if met & own:
            break
        met |= own
    else:  # nothing occurs twice: no two names are alike
        return sparse.csr_array((len(texts), 1), dtype=np.float64)
    vectorizer.fit(known)
    return sparse.csr_array(vectorizer.transform(texts))


def one_hot(values: Sequence[object]) -> Sparse:
    """A column per value."""
    codes, names = pd.factorize(np.array(values, dtype=object))
    held = codes >= 0
    return sparse.csr_array(
        (np.ones(int(held.sum())), (np.flatnonzero(held), codes[held])), shape=(len(codes), max(1, len(names)))
    )


def city_lift(asked: Sparse, members: Sparse, rows: Sparse) -> Floats:
    """Log of how much more like each city's members a row is than like all members: asked x city (nats).

    ``members``: city x row, with weights; (mass + kappa p) / ((n + kappa) p) as in the score (`fit.kernels.lift`).
    """
    mass = np.asarray((asked @ (members @ rows).T).todense(), dtype=np.float64)
    count = np.asarray(members.sum(axis=1)).ravel()
    expected = np.maximum(mass.sum(axis=1, keepdims=True) / max(count.sum(), 1e-9), 1e-9)
    found: Floats = np.log((mass + KAPPA * expected) / ((count[None, :] + KAPPA) * expected))
    return found


def in_dev(city: str) -> bool:
    """Whether a city is one of those that ideas are looked at on: by a hash of its name, fixed before anybody looked.

    Examples
    --------
    >>> in_dev("嘉兴"), in_dev("苏州")
    (True, True)
    """
    return int(hashlib.sha256(city.encode()).hexdigest(), 16) % 2 == 0


def auroc(scores: Floats, positive: Flags) -> tuple[float, int]:
    """AUROC of one ranking and how many positives it rests on; (NaN, 0) without a positive or a negative.

    Examples
    --------
    >>> auroc(np.array([2.0, 1.0, 0.0]), np.array([True, False, True]))
    (0.5, 2)
    """
    held = int(positive.sum())
    if held in (0, len(positive)):
        return float("nan"), 0
    ranks = rankdata(scores)
    return float((ranks[positive].sum() - held * (held + 1) / 2) / (held * (len(positive) - held))), held


def within(scores: Floats, positive: Flags, strata: Integers, among: Flags) -> float:
    """Mean AUROC inside strata (years), weighted by positives; negatives are those ``among``."""
    total = weight = 0.0
    for stratum in np.unique(strata[positive]):
        rows = (strata == stratum) & (among | positive)
        value, held = auroc(scores[rows], positive[rows])
        if held:
            total, weight = total + value * held, weight + held
    return total / weight if weight else float("nan")


def recall(scores: Floats, positive: Flags, first: int) -> float:
    """Share of the positives among the first of a ranking."""
    top = np.argsort(-scores, kind="stable")[:first]
    return float(positive[top].sum() / positive.sum())
