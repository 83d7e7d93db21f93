"""What a column and a table are, the choices a column may offer, and the columns that many tables share.

A column's `kind` fixes its type in a clean table:

==========  ==========================  ==========================================================
kind        dtype                       canonical form
==========  ==========================  ==========================================================
id, text    str                         stripped, NFKC for ids; missing is NaN
set         str                         values joined with ``;``, no blanks, first occurrence kept
choice      str                         one of `choices` (or an alias of one)
date        str                         ISO, as precise as known: YYYY, YYYY-MM or YYYY-MM-DD
number      float64                     in `unit`; missing is NaN
integer     Int64                       missing is <NA>
flag        boolean                     missing is <NA>
==========  ==========================  ==========================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["id", "text", "set", "choice", "date", "number", "integer", "flag"]

DTYPES: dict[str, str] = {
    "id": "str",
    "text": "str",
    "set": "str",
    "choice": "str",
    "date": "str",
    "number": "float64",
    "integer": "Int64",
    "flag": "boolean",
}

SEPARATOR = ";"


@dataclass(frozen=True)
class Column:
    """One column: its name in code, its headers in people's files, and what a value may be."""

    name: str
    kind: Kind
    headers: tuple[str, ...] = ()  # other headers that mean this column; the first is the Chinese caption
    required: bool = False  # must hold a value in every row
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # canonical value -> other spellings
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    refers_to: str = ""  # table.column that must hold the value
    note: str = ""  # what it says, in English
    note_zh: str = ""


@dataclass(frozen=True)
class Table:
    """One table of a case. A row is unique by `key`."""

    name: str
    name_zh: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    required: bool = False
    note: str = ""
    note_zh: str = ""

    def column(self, name: str) -> Column:
        """The column of that canonical name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def names(self) -> list[str]:
        """Canonical column names, in order."""
        return [column.name for column in self.columns]


def split(value: object) -> tuple[str, ...]:
    """The members of a set cell; empty for a missing one.

    Examples
    --------
    >>> split("listed;soe")
    ('listed', 'soe')
    """
    return tuple(part for part in value.split(SEPARATOR) if part) if isinstance(value, str) else ()


CONFIDENCE = {
    "seen": ("已核", "已读", "核实", "是"),
    "known": ("一般知识", "未逐条核对", "常识"),
    "unsure": ("存疑", "不确定", "待核"),
}
PROVENANCE = (
    Column("source", "text", ("来源", "出处", "数据来源"), note="where the row was read", note_zh="这一行的出处"),
    Column(
        "as_of",
        "date",
        ("截至日期", "数据日期", "日期"),
        note="date stated in the source; empty = not stated",
        note_zh="来源中写明的日期;未写明则留空",
    ),
    Column(
        "confidence",
        "choice",
        ("可信度", "置信度"),
        choices=CONFIDENCE,
        note="seen = read in the source; known = general knowledge, not checked; unsure = check before use",
        note_zh="seen 已在来源中读到;known 一般行业知识,未逐条核对;unsure 存疑,使用前须核",
    ),
)

STAGES = {"upstream": ("上游",), "midstream": ("中游",), "downstream": ("下游",)}
STRATEGIES = {
    "strengthen": ("强链", "固链", "强链固链"),
    "extend": ("延链", "补链", "延链补链"),
    "build": ("建链", "引链", "引链建链"),
}
CHAIN_CLASSES = {
    "traditional": ("传统优势", "传统优势产业"),
    "emerging": ("战略性新兴", "战略性新兴产业"),
    "future": ("未来产业", "未来"),
    "airport": ("临空经济", "临空"),
}
KINDS = {
    "maker": ("制造", "生产", "制造商"),
    "operator": ("运营", "运营商"),
    "licensor": ("技术许可", "许可方"),
    "buyer": ("采购", "采购商"),
    "brand": ("品牌", "品牌商"),
}
STATUSES = {
    "producing": ("在产", "投产", "运营"),
    "building": ("在建", "建设中", "开工"),
    "signed": ("签约", "已签约"),
    "stopped": ("停产", "终止"),
    "unknown": ("未知", "不详"),
}
BASES = {"site": ("本地", "本地项目", "现场"), "group": ("集团",)}
ADMISSIONS = {
    "鼓励": ("encouraged",),
    "允许": ("allowed",),
    "限制": ("restricted",),
    "禁止": ("prohibited",),
    "待核": ("to check",),
}
# A tier is a list's name, its edition in brackets where known: global500(2022).
TIERS = {
    "global500": ("世界500强", "财富500强"),
    "china500": ("中国500强", "财富中国500强"),
    "soe": ("央企", "国企", "中央企业"),
    "mnc": ("跨国公司",),
    "hidden_champion": ("隐形冠军",),
    "little_giant": ("专精特新小巨人", "小巨人", "专精特新"),
    "champion": ("单项冠军",),
    "unicorn": ("独角兽",),
    "listed": ("上市公司", "上市"),
}


def segment_reference(name: str = "segment_id", *, required: bool = True) -> Column:
    """A column that names a segment."""
    return Column(
        name,
        "id",
        ("环节编号", "环节代码", "所属环节", "环节"),
        required=required,
        refers_to="segments.segment_id",
        note="segment (its id, or its name where unique)",
        note_zh="环节编号;环节名称唯一时也可填名称",
    )


def firm_reference(name: str = "firm_id", headers: tuple[str, ...] = ("企业编号", "企业名称", "企业")) -> Column:
    """A column that names a firm."""
    return Column(
        name,
        "id",
        headers,
        required=True,
        refers_to="firms.firm_id",
        note="firm (its id, code or name)",
        note_zh="企业编号,也可填统一社会信用代码、股票代码或企业名称",
    )


def table(
    name: str, name_zh: str, note: str, note_zh: str, key: tuple[str, ...], *columns: Column, required: bool = False
) -> Table:
    """A table whose rows say where they were read."""
    return Table(name, name_zh, (*columns, *PROVENANCE), key, required, note, note_zh)


DISTRICT = Column("district", "text", ("区县", "县市区"), note="county or district", note_zh="县(市、区)")
FOCUS_CHAINS = Column(
    "focus_chains", "set", ("主攻产业链", "重点产业链"), note="chains it serves", note_zh="服务的产业链"
)
NOTE = Column("note", "text", ("备注", "说明"), note="anything else worth keeping", note_zh="其他需要保留的说明")
