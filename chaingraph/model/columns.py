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

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from chaingraph.model.registry import load, shipped

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
    made_from: tuple[str, ...] = ()  # of a row's id: the columns it is made from where the file gives none (`made_id`)
    public: bool = False  # holds what is open to everybody: mobile numbers and private mail are dropped when read
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
    also: tuple[str, ...] = ()  # other names of its file or sheet

    def column(self, name: str) -> Column:
        """The column of that canonical name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def order(self) -> tuple[str, ...]:
        """The columns by which rows are sorted: the key, an id that may be made after what it is made from."""
        made = (name for key in self.key for name in self.column(key).made_from)
        return (*made, *self.key)

    @property
    def names(self) -> list[str]:
        """Canonical column names, in order."""
        return [column.name for column in self.columns]


def made_id(prefix: str, values: Iterable[object]) -> str:
    """A stable id for a row that was given none: the prefix and twelve hex digits of what the row says.

    Examples
    --------
    >>> made_id("s", ["L01", "expansion", None, "扩产"]) == made_id("s", ["L01", "expansion", None, "扩产"])
    True
    """
    said = "\x1f".join(value if isinstance(value, str) else "" for value in values)
    return f"{prefix}-{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:12]}"


def split(value: object) -> tuple[str, ...]:
    """The members of a set cell; empty for a missing one.

    Examples
    --------
    >>> split("listed;soe")
    ('listed', 'soe')
    """
    return tuple(part for part in value.split(SEPARATOR) if part) if isinstance(value, str) else ()


def is_missing(value: object) -> bool:
    """Whether a cell holds nothing: None, NA or NaN.

    Examples
    --------
    >>> is_missing(float("nan")), is_missing(None), is_missing(0), is_missing("")
    (True, True, False, False)
    """
    if value is None or isinstance(value, (str, int)):
        return value is None
    from pandas import NA  # here, because the command line's help needs the columns and no tables

    return value is NA or (isinstance(value, float) and math.isnan(value))


CONFIDENCE = {
    "seen": ("已核", "已核实", "已读", "核实", "已查证", "是"),
    "known": ("一般知识", "未逐条核对", "常识"),
    "unsure": ("存疑", "不确定", "待核", "待核实", "未核实"),
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
STRATEGIES = {name: tuple(load("strategies", name).content["words"]) for name in shipped("strategies")}
CHAIN_CLASSES = {
    "traditional": ("传统优势", "传统优势产业"),
    "emerging": ("战略性新兴", "战略性新兴产业"),
    "future": ("未来产业", "未来"),
    "airport": ("临空经济", "临空"),
}
KINDS = {
    "maker": ("制造", "生产", "制造商", "生产商", "生产企业", "制造企业", "生产基地"),
    "operator": ("运营", "运营商", "服务商"),
    "licensor": ("技术许可", "许可方"),
    "buyer": ("采购", "采购商"),
    "brand": ("品牌", "品牌商"),
}
STATUSES = {
    "producing": ("在产", "投产", "已投产", "运营", "正常", "正常生产", "在营"),
    "building": ("在建", "建设中", "开工", "已开工"),
    "signed": ("签约", "已签约"),
    "stopped": ("停产", "终止", "关停", "注销", "搬离"),
    "unknown": ("未知", "不详"),
}
BASES = {
    "site": ("本地", "本地项目", "现场", "生产基地", "本地生产"),
    "group": ("集团",),
    "seat": ("登记在本地", "登记地", "注册地"),
}
FLOWS = {
    "material": ("原材料", "材料", "原料"),
    "part": ("零部件", "部件", "元器件"),
    "equipment": ("装备", "设备", "生产设备"),
    "service": ("服务", "生产性服务"),
    "energy": ("能源", "水电气热"),
}
# What a dated fact about a firm may be; `library/labels/codes.toml` holds their captions.
SIGNALS = {
    "expansion": ("扩产", "增资扩产", "扩建", "产能扩建", "增资"),
    "fundraising": ("融资", "募资"),
    "land": ("拿地", "购地"),
    "new_unit": ("新设主体", "新设公司"),
    "order": ("订单",),
    "hiring": ("招聘",),
    "relocation": ("迁移", "搬迁"),
    "downsizing": ("收缩", "裁员"),
    "insolvency": ("破产重整", "资不抵债"),
    "penalty": ("处罚",),
    "renamed": ("更名", "名称变更"),
    "merged": ("被合并", "吸收合并"),
    "divestment": ("业务出售", "出售", "剥离"),
    "exit": ("退出", "退出该业务", "关停"),
    "revoked": ("注销", "吊销", "注销吊销"),
    "filing": ("备案", "环评", "项目备案"),
    "capacity_full": ("产能饱和", "满产"),
    "lease_end": ("租约到期", "腾退"),
    "customer_win": ("客户定点", "新客户"),
    "checked": ("已核查", "核查无异常"),
}
# How far a project has come: the stages of the ledger, with what was only announced before them.
PROJECT_STAGES = {
    "announced": ("已公告", "拟投资", "公告"),
    "negotiating": ("在谈", "洽谈"),
    "signed": ("已签约", "签约"),
    "registered": ("已注册", "注册", "落户"),
    "started": ("已开工", "开工"),
    "producing": ("已投产", "投产"),
    "ended": ("终止", "已终止"),
}
# Whether the place of an investment is still to be decided. Silence is not open: empty says unknown.
SITE_STATUSES = {
    "open": ("未定", "选址未定"),
    "comparing": ("比选", "比选中"),
    "decided_here": ("已定本市", "decided here"),
    "decided_elsewhere": ("已定外地", "decided elsewhere"),
    "unknown": ("不详", "未知"),
}
REVIEWS = {
    "pending": ("待研判", "未研判"),
    "accepted": ("采用", "采纳", "属实"),
    "corrected": ("更正后采用", "更正"),
    "rejected": ("不采用", "不采纳", "不属实"),
}
PROJECT_FORMS = {
    "plant": ("新建工厂", "新建", "新建厂房"),
    "expansion": ("扩建", "增资扩产", "技术改造", "技改"),
    "lease": ("租赁厂房", "租用厂房", "租赁"),
    "lab": ("研发中心", "研发"),
    "headquarters": ("总部", "区域总部"),
    "joint_venture": ("合资", "合资新设"),
    "acquisition": ("并购", "收购"),
    "other": ("其他",),
}
CHANNELS = {
    "switchboard": ("总机", "单位电话", "公开电话", "前台"),
    "board_office": ("董事会办公室", "董秘办", "证券部", "证券事务部"),
    "website": ("官网", "网站", "公司网站"),
    "office_abroad": ("境外办事处", "驻外办事处", "海外办事处"),
}
ADMISSIONS = {
    "鼓励": ("encouraged",),
    "允许": ("allowed",),
    "限制": ("restricted",),
    "禁止": ("prohibited",),
    "待核": ("to check",),
}
# A tier is a list's name, its edition in brackets where known: global500(2022).
TIERS = {
    "global500": ("世界500强", "财富500强", "财富世界500强", "《财富》世界500强"),
    "china500": ("中国500强", "财富中国500强", "中国企业500强"),
    "soe": ("央企", "国企", "中央企业", "国有企业"),
    "mnc": ("跨国公司",),
    "hidden_champion": ("隐形冠军",),
    "little_giant": (
        "专精特新小巨人",
        "小巨人",
        "专精特新",
        "专精特新小巨人企业",
        "专精特新“小巨人”",
        "国家级专精特新",
        "国家级专精特新小巨人",
        "重点小巨人",
    ),
    "champion": ("单项冠军", "制造业单项冠军", "单项冠军企业", "单项冠军示范企业", "单项冠军产品"),
    "advanced_sme": ("专精特新中小企业", "省级专精特新", "省专精特新", "省级专精特新中小企业"),
    "high_tech": ("高新技术企业", "国家高新技术企业", "高企"),
    "unicorn": ("独角兽",),
    "listed": ("上市公司", "上市"),
    "above_scale": ("规上企业", "规上", "规模以上", "规模以上企业", "规模以上工业企业", "规上工业企业"),
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


def firm_reference(
    name: str = "firm_id",
    headers: tuple[str, ...] = ("企业编号", "企业名称", "企业"),
    *,
    required: bool = True,
    note: str = "firm (its id, code or name)",
    note_zh: str = "企业编号,也可填统一社会信用代码、股票代码或企业名称",
) -> Column:
    """A column that names a firm."""
    return Column(name, "id", headers, required=required, refers_to="firms.firm_id", note=note, note_zh=note_zh)


def table(
    name: str,
    name_zh: str,
    note: str,
    note_zh: str,
    key: tuple[str, ...],
    *columns: Column,
    required: bool = False,
    also: tuple[str, ...] = (),
) -> Table:
    """A table whose rows say where they were read."""
    return Table(name, name_zh, (*columns, *PROVENANCE), key, required, note, note_zh, also)


DISTRICT = Column("district", "text", ("区县", "县市区"), note="county or district", note_zh="县(市、区)")
ALIASES = Column("aliases", "set", ("别名", "简称"), note="other and short names", note_zh="简称、别名")
LONGITUDE = Column(
    "lon", "number", ("经度",), unit="度", minimum=-180, maximum=180, note="degrees east", note_zh="经度(东经为正)"
)
LATITUDE = Column(
    "lat", "number", ("纬度",), unit="度", minimum=-90, maximum=90, note="degrees north", note_zh="纬度(北纬为正)"
)
FOCUS_CHAINS = Column(
    "focus_chains", "set", ("主攻产业链", "重点产业链"), note="chains it serves", note_zh="服务的产业链"
)
NOTE = Column("note", "text", ("备注", "说明"), note="anything else worth keeping", note_zh="其他需要保留的说明")
