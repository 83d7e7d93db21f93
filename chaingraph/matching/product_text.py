"""Product names made comparable: accounting lines out, places, brackets and digits deleted, shares made to add up.

Two firms are compared by what their products are called. A place in a product's name would tell where the firm is and
so would prove the fit by itself; a line of the accounts is no product. Both go before anything is counted.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pandas as pd

from chaingraph.places import regions

# Lines of a revenue table that are no products (balancing, eliminations, "other").
ACCOUNTING = re.compile(
    r"平衡项目|抵[销消减]|调整项目|合计|小计|内部|分部间|未分配|^其[他它].{0,6}$|^销售$|^服务$|^产品$|^配件$|营业外|补充"
)
# What is done, without a thing that it is done to: 生产, 研发及销售.
_BARE_ACTIVITY = re.compile(
    r"(?:自产)?(?:(?:研发|研制|研究|技术开发|开发|设计|生产|制造|制作|加工|组装|销售|批发|零售|经销|购销|代销|收购|安装|调试|维修|维护|技术服务|"
    r"售后服务|服务)[、,和及与]?)+"
)
# In 齿轮减、变速箱 and 高、低压电器 the end is said once for both, so the sign between them separates nothing.
_CONTRASTS = (
    "减变", "增减", "高中低", "大中小微", "软硬", "内外", "冷热温", "干湿", "单双多", "粗精细", "进出", "输变配",
    "上下", "前后", "左右", "轻重", "升降", "动静", "公铁", "薄厚",
)  # fmt: skip
NOT_IN_A_WORD = "(?!" + "|".join(f"(?<=[{signs}])、[{signs}]" for signs in _CONTRASTS) + ")"
# Words that name no trade: two products that share nothing else have nothing to do with each other.
_SAID_OF_ALL = (
    "材料设备装备系统产品组件部件器件元件模块模组零件配件制品制造生产加工研发服务技术业务项目工程方案电子"
    "智能新型高端性能高性专用通用工业应用其他集成解决成套核心关键供货批量客户合作国产基地公司企业行业领域"
    "相关各类多种开发设计销售建设运营平台中心控制自动精密特种新能能源数字绿色环保与新及新"
)
_GENERAL = frozenset(_SAID_OF_ALL[at : at + 2] for at in range(0, len(_SAID_OF_ALL), 2))
_LATIN_WORD = re.compile("[a-z][a-z0-9]+")
_CHINESE = re.compile("[\u4e00-\u9fff]+")
_BRACKETS = re.compile(r"[(\uff08\[【〔][^)\uff09\]】〕]*[)\uff09\]】〕]")  # \uff08, \uff09: full-width
_NOISE = re.compile(r"[\s\d]+")
_LISTED = re.compile(NOT_IN_A_WORD + r"[、;\uff1b,\uff0c/]")


@cache
def _places() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, regions.place_names())))


def is_accounting_line(product: str) -> bool:
    """Is this line of a firm's revenue table bookkeeping and not a product?

    Examples
    --------
    >>> is_accounting_line("分部间抵销"), is_accounting_line("光伏玻璃")
    (True, False)
    """
    return ACCOUNTING.search(product) is not None


def is_bare_activity(text: str) -> bool:
    """Does a text say what is done, but of no thing to which it is done?

    Examples
    --------
    >>> is_bare_activity("生产"), is_bare_activity("研发及销售"), is_bare_activity("水泵生产")
    (True, True, False)
    """
    return _BARE_ACTIVITY.fullmatch(text) is not None


def clean_product(product: str) -> str:
    """The part of a product's name that says what it is; empty when nothing comparable is left.

    Accounting lines give an empty text. Names of provinces, prefectures and county-level cities, text in brackets,
    blanks and digits are deleted; what is then shorter than two characters is empty too.

    Examples
    --------
    >>> clean_product("嘉兴光伏玻璃(3.2mm)")
    '光伏玻璃'
    >>> clean_product("其他业务"), clean_product("平衡项目")
    ('', '')
    """
    if is_accounting_line(product):
        return ""
    bare = _NOISE.sub("", _BRACKETS.sub("", _places().sub("", product)))
    return bare if len(bare) >= 2 else ""


@cache
def product_words(text: str) -> frozenset[str]:
    """The words by which a product is told from others: pairs of characters and Latin words that name a trade.

    Examples
    --------
    >>> sorted(product_words("光伏IGBT模块"))
    ['igbt', '光伏']
    """
    bare = _BRACKETS.sub(" ", _places().sub(" ", text)).lower()
    runs = _CHINESE.findall(bare)
    pairs = {run[at : at + 2] for run in runs for at in range(len(run) - 1)}
    return frozenset((pairs | set(_LATIN_WORD.findall(bare))) - _GENERAL)


def products_meet(one: str, other: str) -> bool:
    """Whether two texts name things of one trade: they share a word that is not said of everything.

    Examples
    --------
    >>> products_meet("三元前驱体", "POE/EVA粒子"), products_meet("激光芯片", "激光器光芯片(批量供货)")
    (False, True)
    >>> products_meet("光伏制造装备", "氢能装备")
    False
    """
    return not product_words(one).isdisjoint(product_words(other))


def split_products(cell: str) -> list[str]:
    """The single products of a cell that lists several; brackets go first, as they may hold a separator.

    Examples
    --------
    >>> split_products("有机硅、硅橡胶(HTV、RTV)"), split_products("齿轮及齿轮减、变速箱制造、轴承")
    (['有机硅', '硅橡胶'], ['齿轮及齿轮减、变速箱制造', '轴承'])
    """
    parts = _LISTED.split(_BRACKETS.sub("", cell))
    return [part.strip() for part in parts if part.strip()]


def product_weights(products: pd.DataFrame) -> pd.DataFrame:
    """How much of each firm is which product, by comparable text.

    Parameters
    ----------
    products
        firm_id, product, share (part of revenue; missing = not known). A cell may list several products; each then
        gets an equal part of the cell's share.

    Returns
    -------
    DataFrame
        One row per firm and text, sorted by both: firm_id, text (see `clean_product`), product (as written, the first
        in order), weight (0-1, adds up to 1 in each firm). Shares are clipped to 0.01-1 because overlapping breakdowns
        and eliminations make some negative or above 1; a missing share counts as the firm's median known share.
    """
    frame = products[["firm_id", "product"]].copy()
    frame["share"] = products["share"].astype(float) if "share" in products.columns else np.nan
    frame = frame[frame["product"].notna() & frame["firm_id"].notna()]
    frame["product"] = [split_products(str(cell)) for cell in frame["product"]]
    frame["share"] = frame["share"] / frame["product"].map(len).clip(lower=1)
    frame = frame.explode("product").dropna(subset="product")
    texts = {product: clean_product(product) for product in frame["product"].unique()}
    frame["text"] = frame["product"].map(texts)
    frame = frame[frame["text"] != ""]
    known = frame.groupby("firm_id")["share"].transform("median")
    frame["share"] = frame["share"].fillna(known).fillna(1.0).clip(0.01, 1.0)
    frame = frame.sort_values(["firm_id", "text", "share", "product"], ascending=[True, True, False, True])
    frame = frame.drop_duplicates(["firm_id", "text"])
    frame["weight"] = frame["share"] / frame.groupby("firm_id")["share"].transform("sum")
    return frame[["firm_id", "text", "product", "weight"]].reset_index(drop=True)
