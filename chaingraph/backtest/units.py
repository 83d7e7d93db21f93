"""Units that groups opened, with name, city and date: what the protocols `openings` and `entries` are about.

A unit is scored by its name, its group's other units and its capital, never by its own scope of business: registration
offices write scopes in a house style, and style alone finds the city. Of the name only what it says of the trade is
scored: places, legal form, brackets and figures go first, since they would tell the city.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
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
NO_STYLE = "-"  # of a text without any style word
_FORM = re.compile(
    r"有限责任公司|股份有限公司|有限公司|分公司|营业所|办事处|总公司|股份|集团|公司|责任|[((][^))]*[))]|[\s\d·\-.]"
)
# Words of scopes that say what a firm does with its goods, or that an office has to write.
_SCOPE_STYLE = re.compile(
    "生产|销售|制造|加工|经营|产品|自产|公司|及其|技术|服务|研究|开发|设计|各类|各种|相关|许可|项目|批准|依法|部门|活动|开展|方可|后|进出口|业务|除外|"
    "国家|企业|限制|禁止"
)
_SCOPE_LENGTH = 80
_MEANINGS = 100  # dimensions
_BLOCK = 500
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
    ``capital``: USD million, NaN = not known; ``text``: what is scored of the name; ``province`` and ``km`` of cities;
    ``scope``: the items of the scope, "" where none is kept (read of old units alone, to learn what names mean).
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
    scope: tuple[str, ...]


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
    items = tables["firm_products"].dropna(subset="product").groupby("firm_id")["product"].agg(" ".join)
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
        scope=tuple(frame["unit"].map(items).astype("str").fillna("")),
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
    return " ".join(STYLE_WORDS.findall(text)) or NO_STYLE


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


def without_style(text: str) -> str:
    """A scored text without its style words.

    Examples
    --------
    >>> without_style("东达电子科技")
    '东达'
    """
    return STYLE_WORDS.sub("", text)


def meanings(texts: Sequence[str], scopes: Sequence[str], seen: Flags) -> Floats:
    """What names mean, as unit rows: by the ``scopes`` of those ``seen`` whose names hold the same pieces.

    A piece of a name (one to three characters) stands for the pieces of scopes that it meets more often than chance
    (positive pointwise mutual information, in at most a hundred dimensions). Nothing is learnt by city, and of a unit
    nothing is read but its name. Zeros where nothing is known.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    told = [row for row, scope in enumerate(scopes) if scope and seen[row]]
    nothing: Floats = np.zeros((len(texts), 1))
    names = [texts[row] for row in told]
    goods = [_SCOPE_STYLE.sub("", scopes[row])[:_SCOPE_LENGTH] for row in told]
    tables, readers = [], []
    for held, shortest, longest, least, most in ((names, 1, 3, 5, 1.0), (goods, 2, 2, 10, 0.1)):
        reader = TfidfVectorizer(analyzer="char", ngram_range=(shortest, longest), sublinear_tf=True)
        pieces = reader.build_analyzer()
        met = Counter(piece for text in held for piece in set(pieces(text)))
        words = sorted(piece for piece, count in met.items() if least <= count <= max(least, most * len(held)))
        if len(words) <= 1:
            return nothing
        readers.append(reader.set_params(vocabulary=words).fit(held))
        tables.append(readers[-1].transform(held))
    met_by = (tables[0].T @ tables[1]).tocoo()
    left, right = (np.asarray(met_by.sum(axis=axis)).ravel() for axis in (1, 0))
    known = np.log(met_by.data * left.sum() / (left[met_by.row] * right[met_by.col]))
    kept = known > 0
    if not kept.any():
        return nothing
    ties = sparse.csr_array((known[kept], (met_by.row[kept], met_by.col[kept])), shape=met_by.shape)
    fold = TruncatedSVD(min(_MEANINGS, min(ties.shape) - 1), random_state=0)
    pieces_mean = fold.fit_transform(ties) / np.sqrt(np.maximum(fold.singular_values_, 1e-9))
    found: Floats = np.asarray(readers[0].transform(texts) @ pieces_mean)
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
    return found


def meaning_lift(asked: Floats, members: Sparse, rows: Floats) -> Floats:
    """As `city_lift`, of rows that stand for what names mean: likeness is their cosine, none below 0, to the fourth."""
    mass = np.zeros((len(asked), members.shape[0]))
    held = np.flatnonzero(np.asarray(members.sum(axis=0)).ravel())
    by_city, others = members.tocsc()[:, held], rows[held]
    for start in range(0, len(asked), _BLOCK):
        alike = np.maximum(asked[start : start + _BLOCK] @ others.T, 0.0) ** 4
        mass[start : start + _BLOCK] = (by_city @ alike.T).T
    known = mass.sum(axis=1, keepdims=True) > 0  # like nobody, or of unknown meaning: that says nothing
    found: Floats = np.where(known, _lift(mass, members), 0.0)
    return found


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
    return _lift(np.asarray((asked @ (members @ rows).T).todense(), dtype=np.float64), members)


def _lift(mass: Floats, members: Sparse) -> Floats:
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
