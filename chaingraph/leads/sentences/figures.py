"""Amounts, land, floor and capacity in a passage, as written and in natural units."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_NUMBER = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
# 7,34 Milliarden: a German text sets a comma before the decimals.
_GERMAN_SCALE = r"Millionen|Milliarden?|Mio\.?|Mrd\.?"
_GERMAN = rf"\d{{1,3}},\d{{1,2}}(?=\s(?:{_GERMAN_SCALE}))"
_SCALES = {
    "": 1e-6, "万": 1e-2, "百万": 1.0, "千万": 10.0, "亿": 100.0, "百亿": 1e4, "万亿": 1e6,
    "million": 1.0, "billion": 1e3, "m": 1.0, "bn": 1e3, "M": 1.0, "B": 1e3, "trillion": 1e6,
    "millionen": 1.0, "mio.": 1.0, "mio": 1.0, "milliarden": 1e3, "milliarde": 1e3, "mrd.": 1e3, "mrd": 1e3,
}  # fmt: skip
_CURRENCIES = {
    "CNY": ("元人民币", "元", "人民币", "yuan", "RMB", "CNY"),
    "USD": ("美元", "美金", "米ドル", "ドル", "US dollars", "dollars", "USD", "US$", "$"),
    "EUR": ("欧元", "Euro", "euros", "euro", "EUR", "€"),
    "JPY": ("日元", "日圆", "円", "yen", "JPY", "¥"),
    "PLN": ("兹罗提", "zlotys", "zloty", "PLN"),
    "KRW": ("韩元", "韩币", "won", "KRW"),
    "HKD": ("港元", "港币", "HK$", "HKD"),
    "GBP": ("英镑", "pounds", "£", "GBP"),
    "CHF": ("瑞士法郎", "francs", "franc", "CHF"),
    "TWD": ("新台币", "台币", "TWD"),
    "SGD": ("新加坡元", "新元", "S$"),
}  # fmt: skip
_CODE = {word: code for code, words in _CURRENCIES.items() for word in words}
_AFTER = "|".join(
    sorted((re.escape(word) for word in _CODE if word not in "$€£¥" and "$" not in word), key=len, reverse=True)
)
_BEFORE = "|".join(
    sorted(
        (re.escape(word) for word in _CODE if word in "€£¥" or "$" in word or word in ("人民币", "USD", "EUR", "PLN")),
        key=len,
        reverse=True,
    )
)
_AMOUNT = re.compile(
    rf"(?:(?P<before>{_BEFORE})\s?)?(?<![\d.])(?P<number>{_GERMAN}|{_NUMBER[1:-1]})\s?[-]?(?P<scale>{_GERMAN_SCALE}|万亿|百亿|千万|百万|亿|万|[Bb]illion|[Mm]illion|trillion|bn|[MBm](?![A-Za-z]))?\s?(?P<after>{_AFTER})?"
)
_LIMITED = re.compile(r"(不超过|不高于|至多|(?<![签合履预租])约|近|超过|超|逾|不低于)(?:为|人民币)?$")
# Words shortly before a number that say what it is of; the nearest counts.
_ROLES = {
    "total": re.compile(r"(?:投资|投资总额|投资额|总金额|增资|invest\w*|investment of|spend|plant|costs?|"
        r"pouring|represents an?|worth|to build an?|for an?)[^\d$€£]{0,14}$"),
    "raised": re.compile(r"(?:募集资金|募资|募集|融资|完成|获得?|筹集|raised|closed a)[^\d$€£]{0,12}$"),
    "price": re.compile(r"(?:成交价|地价|价款|底价|总价|竞得价|交易价格|以|for|竞得人[^,。]{0,30})[^\d$€£]{0,6}$"),
    "capital": re.compile(r"(?:注册资本|自有资金|capital of)[^\d$€£]{0,6}$"),
    "win": re.compile(r"(?:总金额|金额)[^\d$€£]{0,4}$"),
    "part": re.compile(r"(?:一期|二期|首期|三期|其中|固定资产)[^\d,;]{0,10}$"),
    "no": re.compile(
        r"(?:产值|营收|收入|利润|税收|环保|估值|罚款|补助|起始价|楼面价|经费|担保|销售额|年产|剩余[^\d]{0,10})"
        r"[^\d,;]{0,10}$"
    ),
}  # fmt: skip
_SUM = re.compile(r"(?:投资|投资额|投入|募资|融资|地价|增资)(?:总额|金额)?(?:达到|约为|达|约|近|超|超过|不超过|为|:)*$")
_AFTER_NO = re.compile(r"^(?:每平方米|每|财政|贷款|嘅)|^[^,;。]{0,3}(?:估值)")
_LAND = re.compile(rf"(?<![\d.]){_NUMBER}\s?(亩|公顷|mu\b)")
_FLOOR = re.compile(
    rf"(?<![\d.,]){_NUMBER}[\s-]?(万|million)?[\s-]?(?:平方米|平米|㎡|m2|m²|square met(?:re|er)s?|"
    r"(square[\s-](?:foot|feet)|sq\.?\s?ft))"
)
_PRODUCES = re.compile(r"^\s?(?:光学膜|薄膜|膜|玻璃|面板|板|地毯|面料)")
_CAPACITY = re.compile(
    rf"(?<![\d.]){_NUMBER}\s?(GWh|MWh|GW|MW|万吨|吨|(?<=年产\d\d\d)万平方米|万套|万台套|万台|万辆|万片|万千米|千米|万米|万件|万支|万箱|万块|万条|万颗|万组|万头|万羽|万瓶|万双|万千瓦|千瓦|兆瓦|万立方米|亿平方米|亿只|亿件|亿米|亿片|亿块|亿支|亿箱|台|套|片|辆)(?!/[^年]|每)"
)
_PLOT = re.compile(r"(?:土地面积|面积|用地|占地|地块)[^\d]{0,6}$")
_SOLD = re.compile(r"(?:销售|销量|订单)[^\d,;]{0,4}$")
_SQUARE_FOOT = 0.09290304  # in square metres
_M2_PER_MU = 2000 / 3
_MU_PER_HECTARE = 15.0


@dataclass(frozen=True)
class Amount:
    """An amount as written and in millions of its currency; what it is of, whether it is a limit or about."""

    start: int
    end: int
    text: str
    million: float
    currency: str
    role: str
    limited: str


def amounts_in(text: str, *, lone: bool = False) -> list[Amount]:
    """The amounts of money in a passage, in order; ranges are no amounts.

    Examples
    --------
    >>> [(one.million, one.currency, one.role, one.limited) for one in amounts_in("总投资不超过15亿元,年产值8亿元")]
    [(1500.0, 'CNY', 'total', '不超过'), (800.0, 'CNY', 'no', '')]
    >>> [(one.million, one.currency) for one in amounts_in("raised $85 million, 5 billion yen")]
    [(85.0, 'USD'), (5000.0, 'JPY')]
    """
    found: list[Amount] = list(_about(text))
    skip = -1
    for one in _AMOUNT.finditer(text):
        before, after = one["before"], one["after"]
        scale = (one["scale"] or "") if one["scale"] in ("M", "B") else (one["scale"] or "").lower()
        if one.start() < skip:
            continue
        if not (before or after):
            # 总投资约22亿: yuan go without saying where a sum of an investment is told.
            if scale not in ("亿", "万亿", "百亿", "千万") or not _SUM.search(
                text[max(0, one.start() - 8) : one.start()]
            ):
                continue
            after = "元"
        currency = _CODE[after] if after else _CODE[before]
        if after in ("元", "人民币") and before and _CODE[before] != "CNY":
            currency = _CODE[before]
        rest = text[one.end() : one.end() + 12]
        if re.match(r"[至到~—-]\d", rest):
            skip = one.end() + 12  # a range says no amount
            continue
        ahead = text[max(0, one.start() - 2) : one.start()]
        if re.search(r"\d[至到~-]$|[至到]$", text[max(0, one.start() - 4) : one.start()]) and re.search(
            r"\d", ahead + text[max(0, one.start() - 8) : one.start()]
        ):
            continue
        decimals = "." if re.fullmatch(r"\d{1,3},\d{1,2}", one["number"]) else ""
        million = round(float(one["number"].replace(",", decimals)) * _SCALES[scale], 6)
        head = text[max(0, one.start() - 40) : one.start()]
        limit = _LIMITED.search(text[max(0, one.start() - 8) : one.start()])
        found.append(
            Amount(
                one.start(), one.end(), one[0].strip(), million, currency, _role(head, rest), limit[1] if limit else ""
            )
        )
    return sorted(found, key=lambda one: one.start)


def _about(text: str) -> Iterator[Amount]:
    """A sum told without a number: 近亿元 is some hundred million yuan."""
    for one in re.finditer(rf"(近|超|逾|过|约)亿(?:{_AFTER})", text):
        if not re.search(r"[\d数]$", text[: one.start()][-1:]):
            word = text[one.start() + 2 : one.end()]
            head = text[max(0, one.start() - 40) : one.start()]
            role = _role(head, text[one.end() : one.end() + 12])
            yield Amount(one.start(), one.end(), one[0], 100.0, _CODE[word], role, one[1])


def _role(head: str, rest: str) -> str:
    """What an amount is of, by the words nearest before it."""
    if _AFTER_NO.match(rest):
        return "no"
    clause = re.split(r"[,;:。]", head)[-1]
    near = clause if re.search(r"[\u4e00-\u9fffA-Za-z]{2}", clause) else head
    places = {role: found.start() for role, words in _ROLES.items() if (found := words.search(near))}
    for role in ("no", "part"):
        if role in places:
            return role
    if not places:
        return "total" if re.match(r"^(?:的|投资|的项目|plant|invest|factory|facility)", rest.strip()) else ""
    return max(places, key=lambda role: places[role])


def choose(amounts: Sequence[Amount], roles: Sequence[str]) -> Amount | None:
    """The amount whose role comes first in a list, the earliest of several; "" is one whose role is not told."""
    for role in roles:
        for one in amounts:
            if one.role == role:
                return one
    return None


def land_mu(text: str) -> float | None:
    """Land in mu: mu as written, hectares and the square metres of a plot converted.

    Examples
    --------
    >>> land_mu("占地75亩"), land_mu("土地面积42560平方米"), land_mu("租赁厂房6000平方米") is None
    (75.0, 63.84, True)
    """
    for found in _LAND.finditer(text):
        if text[max(0, found.start() - 4) : found.start()].endswith(("预留", "均")):
            continue
        value = float(found[1].replace(",", ""))
        return value * _MU_PER_HECTARE if found[2] == "公顷" else value
    for found in _areas(text):
        if (
            _PLOT.search(text[max(0, found.start() - 12) : found.start()])
            and "建筑" not in text[max(0, found.start() - 10) : found.start()]
            and "办公" not in text[max(0, found.start() - 10) : found.start()]
        ):
            return round(_square_metres(found) / _M2_PER_MU, 2)
    return None


def floor_m2(text: str) -> float | None:
    """Floor in square metres; the area of a plot is none.

    Examples
    --------
    >>> floor_m2("租赁标准厂房2.4万平方米"), floor_m2("土地面积42560平方米") is None
    (24000.0, True)
    """
    for found in _areas(text):
        head = text[max(0, found.start() - 12) : found.start()]
        if not _PLOT.search(head) or "建筑" in head or "办公" in head:
            return _square_metres(found)
    return None


def _areas(text: str) -> Iterator[re.Match[str]]:
    for found in _FLOOR.finditer(text):
        head = text[max(0, found.start() - 3) : found.start()]
        if (
            not _PRODUCES.match(text[found.end() : found.end() + 6])
            and "每" not in head
            and not head.endswith("年产")
            and not text[: found.start()].endswith("亿")
        ):
            yield found


def _square_metres(found: re.Match[str]) -> float:
    scale = {"万": 10_000, "million": 1_000_000}.get(found[2] or "", 1)
    return round(float(found[1].replace(",", "")) * scale * (_SQUARE_FOOT if found[3] else 1), 2)


def capacity(text: str) -> str | None:
    """A capacity as written: number and unit of output.

    Examples
    --------
    >>> capacity("年产5GWh钠离子电池项目"), capacity("总投资5亿元") is None
    ('5GWh', True)
    """
    told = [
        found
        for found in _CAPACITY.finditer(text)
        if re.search(
            r"(?:年产|产能|规划|达产后|新增|建设|产品|的|可|[,;:]|^)[^\d,;]{0,10}$",
            text[max(0, found.start() - 14) : found.start()],
        )
        and not _SOLD.search(text[max(0, found.start() - 8) : found.start()])
    ]
    yearly = (found for found in told if text[max(0, found.start() - 3) : found.start()].rstrip("约").endswith("年产"))
    best = next(yearly, next((found for found in told if "日产" not in text[: found.start()][-6:]), None))
    if best is not None:
        return best[0].replace(" ", "")
    return None
