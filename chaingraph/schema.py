"""The tables of a case and their columns, said once: readers, template, stores and documents all look here.

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
    Column("as_of", "date", ("截至日期", "数据日期", "日期"), note="date stated in the source; empty = not stated",
           note_zh="来源中写明的日期;未写明则留空"),
    Column("confidence", "choice", ("可信度", "置信度"), choices=CONFIDENCE,
           note="seen = read in the source; known = general knowledge, not checked; unsure = check before use",
           note_zh="seen 已在来源中读到;known 一般行业知识,未逐条核对;unsure 存疑,使用前须核"),
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
ADMISSIONS = {"鼓励": ("encouraged",), "允许": ("allowed",), "限制": ("restricted",), "禁止": ("prohibited",),
              "待核": ("to check",)}
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


def _segment_id(name: str = "segment_id", *, required: bool = True) -> Column:
    return Column(name, "id", ("环节编号", "环节代码", "所属环节", "环节"), required=required,
                  refers_to="segments.segment_id", note="segment (its id, or its name where unique)",
                  note_zh="环节编号;环节名称唯一时也可填名称")


def _firm_id(name: str = "firm_id", headers: tuple[str, ...] = ("企业编号", "企业名称", "企业")) -> Column:
    return Column(name, "id", headers, required=True, refers_to="firms.firm_id",
                  note="firm (its id, code or name)", note_zh="企业编号,也可填统一社会信用代码、股票代码或企业名称")


def _table(name: str, name_zh: str, note: str, note_zh: str, key: tuple[str, ...], *columns: Column,
           required: bool = False) -> Table:
    return Table(name, name_zh, (*columns, *PROVENANCE), key, required, note, note_zh)


_DISTRICT = Column("district", "text", ("区县", "县市区"), note="county or district", note_zh="县(市、区)")
_CHAINS = Column("focus_chains", "set", ("主攻产业链", "重点产业链"), note="chains it serves", note_zh="服务的产业链")
_NOTE = Column("note", "text", ("备注", "说明"), note="anything else worth keeping", note_zh="其他需要保留的说明")

_ALL = (
    _table(
        "chains", "产业链", "one row per industry chain", "每条产业链一行", ("chain_id",),
        Column("chain_id", "id", ("产业链编号", "产业链代码"), required=True, note="letters, digits, - and _, at most 64",
               note_zh="字母、数字、-、_,最多64位"),
        Column("chain", "text", ("产业链", "产业链名称"), required=True, note="name", note_zh="名称"),
        Column("chain_en", "text", ("产业链英文名", "英文名"), note="English name", note_zh="英文名称"),
        Column("chain_class", "choice", ("产业类别",), choices=CHAIN_CLASSES, note="class in the plan",
               note_zh="规划中的类别"),
        Column("strategy", "choice", ("招商策略", "策略"), choices=STRATEGIES, note="default way to recruit",
               note_zh="默认招商方式"),
        _NOTE, required=True,
    ),
    _table(
        "segments", "环节", "one row per segment (node) of a chain", "每个产业链环节一行", ("segment_id",),
        Column("segment_id", "id", ("环节编号", "环节代码"), required=True, note="letters, digits, - and _, at most 64",
               note_zh="字母、数字、-、_,最多64位"),
        Column("chain_id", "id", ("产业链编号", "产业链代码", "所属产业链", "产业链"), required=True,
               refers_to="chains.chain_id", note="its chain (id or name)", note_zh="所属产业链(编号或名称)"),
        Column("segment", "text", ("环节名称", "环节", "产业环节"), required=True, note="name", note_zh="名称"),
        Column("segment_en", "text", ("环节英文名", "英文名"), note="English name", note_zh="英文名称"),
        Column("stage", "choice", ("链上位置", "上中下游", "阶段"), required=True, choices=STAGES,
               note="position in the chain", note_zh="上游/中游/下游"),
        Column("keywords", "set", ("关键词", "典型产品"), note="typical products, search words", note_zh="典型产品、检索词"),
        Column("gbt4754", "set", ("国民经济行业代码", "行业代码"), note="GB/T 4754-2017 classes, 4 digits",
               note_zh="GB/T 4754-2017 小类代码(4位)"),
        Column("high_value", "flag", ("高附加值", "高附加值环节"), note="high value added", note_zh="是否高附加值环节"),
        Column("chokepoint", "flag", ("卡脖子", "卡脖子环节"), note="import-dependent or controlled abroad",
               note_zh="是否卡脖子环节"),
        Column("reason", "text", ("标注理由", "理由"), note="why the two flags were set", note_zh="两项标注的理由"),
        Column("service", "flag", ("服务环节",), note="filled by firms that operate, not make; empty: told by the codes",
               note_zh="由运营企业而非制造企业填补;留空则按行业代码判断"),
        required=True,
    ),
    _table(
        "segment_terms", "环节词表", "optional: product words and the segments they mean, for tagging product texts",
        "产品用语所指的环节(可选),供企业产品归入环节时使用", ("term",),
        Column("term", "text", ("产品用语", "词"), required=True, note="product word", note_zh="产品用语"),
        Column("segments", "set", ("环节编号", "所指环节"), note="segment ids; empty = none of the chains",
               note_zh="所指环节编号(可多个);留空表示不属于任何一条链"),
    ),
    _table(
        "segment_links", "环节关系", "one row per link between two segments", "每条环节关系一行",
        ("from_segment_id", "to_segment_id", "kind"),
        Column("from_segment_id", "id", ("上游环节", "起始环节", "来源环节"), required=True,
               refers_to="segments.segment_id", note="supplying segment", note_zh="供给方环节"),
        Column("to_segment_id", "id", ("下游环节", "目标环节", "去向环节"), required=True,
               refers_to="segments.segment_id", note="receiving segment", note_zh="接收方环节"),
        Column("kind", "choice", ("关系类型", "关系"), required=True,
               choices={"feeds": ("供给", "供应"), "same_as": ("同一环节", "等同")},
               note="feeds: goods flow from -> to, no cycles; same_as: one node listed in two chains",
               note_zh="feeds 供给(无环);same_as 同一环节出现在两条链"),
    ),
    _table(
        "firms", "企业", "one row per firm, local or not", "每家企业一行,本地与外地同表", ("firm_id",),
        Column("firm_id", "id", ("企业编号", "企业代码"), note="empty: credit code, stock code or a stable slug of the name",
               note_zh="可留空:依次取统一社会信用代码、股票代码、名称生成的编号"),
        Column("firm", "text", ("企业名称", "企业", "单位名称", "公司名称"), required=True, note="registered name",
               note_zh="企业名称(全称)"),
        Column("firm_en", "text", ("英文名称", "企业英文名"), note="English name", note_zh="英文名称"),
        Column("aliases", "set", ("别名", "简称"), note="short and other names", note_zh="简称、别名"),
        Column("country", "text", ("国家", "国别", "国家或地区"), note="country or region of the seat", note_zh="总部所在国家或地区"),
        Column("province", "text", ("省", "省份"), note="province of the seat", note_zh="省份"),
        Column("city", "text", ("城市", "地市", "所在市", "注册地", "总部地"), note="city of the seat",
               note_zh="总部或注册地所在城市"),
        _DISTRICT,
        Column("tiers", "set", ("企业类别", "资质", "榜单"), choices=TIERS,
               note="lists it is on, edition in brackets: global500(2022)", note_zh="榜单与资质,年份写括号内"),
        Column("stock_code", "id", ("股票代码", "证券代码"), note="the firm's own code; .HK kept", note_zh="企业自身股票代码"),
        Column("credit_code", "id", ("统一社会信用代码", "信用代码"), note="18 characters", note_zh="18位统一社会信用代码"),
        Column("former_names", "set", ("曾用名",), note="former names", note_zh="曾用名"),
        Column("parent_id", "id", ("母公司", "控股股东", "母公司编号"), refers_to="firms.firm_id",
               note="parent firm (id, code or name)", note_zh="母公司(编号、代码或名称)"),
        Column("founded", "date", ("成立时间", "成立日期", "注册日期"), note="date founded", note_zh="成立日期"),
        Column("listed", "date", ("上市日期",), note="date of first listing", note_zh="上市日期"),
        Column("employees", "integer", ("从业人员", "员工人数", "人数"), unit="人", minimum=0, note="employees",
               note_zh="员工人数"),
        Column("revenue_cny_m", "number", ("营业收入", "营收", "主营业务收入"), unit="百万元", note="revenue, CNY million",
               note_zh="营业收入(百万元)"),
        Column("industry_scheme", "choice", ("行业分类标准",), choices={"shenwan": ("申万",), "gbt4754": ("国标", "GB/T 4754")},
               note="scheme of `industry`", note_zh="行业代码所用标准"),
        Column("industry", "set", ("所属行业代码", "行业代码", "行业"), note="industry codes within the scheme",
               note_zh="行业代码(可多个)"),
        Column("status", "choice", ("经营状态", "企业状态"),
               choices={"operating": ("存续", "在业", "在营", "开业"), "insolvent": ("破产", "重整", "破产重整"),
                        "dissolved": ("注销", "吊销", "解散"), "sanctioned": ("制裁", "受制裁"),
                        "unknown": ("未知", "不详")},
               note="legal state; empty = not known", note_zh="经营状态;不知则留空"),
        Column("decision_city", "text", ("决策地", "决策城市"), note="where investment is decided, if not at the seat",
               note_zh="投资决策所在城市(与总部不同时填)"),
        _NOTE, required=True,
    ),
    _table(
        "firm_segments", "企业环节", "one row per firm and segment", "每家企业在每个环节一行", ("firm_id", "segment_id"),
        _firm_id(), _segment_id(),
        Column("kind", "choice", ("参与方式", "角色类型"), choices=KINDS,
               note="maker, operator, licensor, buyer or brand; empty = maker not established",
               note_zh="制造、运营、许可、采购或品牌"),
        Column("product", "text", ("产品", "主营产品", "主要产品"), note="what it makes there", note_zh="产品"),
        Column("share", "number", ("收入占比", "占比"), minimum=0, maximum=1, note="share of the firm's revenue",
               note_zh="占企业收入的份额(0-1)"),
        Column("site_region", "text", ("生产地", "项目所在地", "所在区县"), note="where it is made", note_zh="实际生产地"),
        Column("status", "choice", ("生产状态", "项目状态", "状态"), choices=STATUSES, note="state of the local unit",
               note_zh="本地单元的状态"),
        Column("capacity", "number", ("产能",), minimum=0, note="capacity, in `unit`", note_zh="产能"),
        Column("unit", "text", ("产能单位", "单位"), note="unit of capacity", note_zh="产能单位"),
        Column("basis", "choice", ("依据", "产能依据"), choices=BASES,
               note="site: made at the local site; group: the group can, the site is not shown to",
               note_zh="site 本地在做;group 集团能做、本地未证实"),
        Column("role", "choice", ("链上地位", "地位"), choices={"leader": ("龙头", "链主"), "supporting": ("配套",)},
               note="analyst's view of a local firm", note_zh="分析员对本地企业的判断"),
        required=True,
    ),
    _table(
        "firm_products", "企业产品", "one row per firm and product, raw text", "企业产品原文,每个产品一行",
        ("firm_id", "product"),
        _firm_id(),
        Column("product", "text", ("产品", "主营产品", "产品名称"), required=True, note="product, as written", note_zh="产品原文"),
        Column("share", "number", ("收入占比", "占比"), minimum=0, maximum=1, note="share of the firm's revenue",
               note_zh="占企业收入的份额(0-1)"),
    ),
    _table(
        "products", "产品", "optional product nodes", "产品节点(可选)", ("product_id",),
        Column("product_id", "id", ("产品编号",), required=True),
        Column("product", "text", ("产品名称", "产品"), required=True),
    ),
    _table(
        "product_links", "产品关系", "optional links between products", "产品之间的关系(可选)",
        ("from_product_id", "to_product_id", "kind"),
        Column("from_product_id", "id", ("上游产品", "起始产品"), required=True, refers_to="products.product_id"),
        Column("to_product_id", "id", ("下游产品", "目标产品"), required=True, refers_to="products.product_id"),
        Column("kind", "choice", ("关系类型", "关系"), required=True,
               choices={"input": ("上游材料", "投入"), "subclass": ("产品小类", "小类")}),
    ),
    _table(
        "firm_links", "企业关系", "one row per link between two firms", "每条企业关系一行",
        ("source_id", "target_id", "kind", "product"),
        _firm_id("source_id", ("供应商", "股东", "来源企业", "供方")), _firm_id("target_id", ("客户", "被投企业", "目标企业", "需方")),
        Column("kind", "choice", ("关系类型", "关系"), required=True,
               choices={"supplies": ("供应", "供货"), "owns": ("控股", "持股"), "invests": ("投资", "参股"),
                        "partners": ("合作", "合资")},
               note="source supplies, owns, invests in or works with target", note_zh="来源企业对目标企业:供应/控股/投资/合作"),
        Column("product", "text", ("产品", "供应产品"), note="what is supplied", note_zh="供应的产品"),
    ),
    _table(
        "firm_sites", "企业驻点", "one row per known site of a firm", "企业已知的分支与基地", ("firm_id", "region", "kind"),
        _firm_id(),
        Column("region", "text", ("地区", "所在地", "城市"), required=True, note="city or district", note_zh="城市或区县"),
        Column("kind", "choice", ("驻点类型", "类型"), required=True,
               choices={"hq": ("总部",), "plant": ("工厂", "基地"), "subsidiary": ("子公司", "分公司"),
                        "office": ("办事处",), "lab": ("研发中心", "实验室"), "decision": ("决策地",),
                        "contact": ("接触", "签约或来访")},
               note="contact: a project, holding or visit on record that is not shown to be a unit",
               note_zh="contact 指有项目、持股或来访记录,但未证实为实体"),
        Column("since", "date", ("设立时间", "起始日期"), note="since when", note_zh="设立时间"),
        _NOTE,
    ),
    _table(
        "firm_signals", "企业信号", "one row per dated sign of moving or trouble", "企业扩张或风险信号,每条一行",
        ("firm_id", "kind", "date", "text"),
        _firm_id(),
        Column("kind", "choice", ("信号类型", "类型"), required=True,
               choices={"expansion": ("扩产",), "fundraising": ("融资",), "land": ("拿地",), "new_unit": ("新设主体",),
                        "order": ("订单",), "hiring": ("招聘",), "relocation": ("迁移",), "downsizing": ("收缩", "裁员"),
                        "insolvency": ("破产重整", "资不抵债"), "penalty": ("处罚",)}),
        Column("date", "date", ("日期", "信号日期"), note="date of the event", note_zh="事件日期"),
        Column("amount_cny_m", "number", ("金额", "投资额"), unit="百万元", minimum=0, note="CNY million", note_zh="金额(百万元)"),
        Column("capacity", "text", ("产能",), note="capacity named", note_zh="涉及产能"),
        Column("place", "text", ("地点",), note="where", note_zh="地点"),
        Column("text", "text", ("内容", "说明"), note="what happened", note_zh="内容"),
    ),
    _table(
        "leader_purchases", "链主采购", "what a leader buys, from a visit", "走访链主得到的采购清单",
        ("firm_id", "segment_id", "product", "supplier_id"),
        _firm_id(), _segment_id(),
        Column("product", "text", ("采购产品", "产品")),
        Column("annual_cny_m", "number", ("年采购额", "采购额"), unit="百万元", minimum=0),
        Column("supplier_id", "id", ("供应商",), refers_to="firms.firm_id"),
        Column("supplier_city", "text", ("供应商所在地", "供应商城市")),
    ),
    _table(
        "segment_rules", "环节准入", "what a region admits", "各地区对环节的准入要求", ("segment_id", "region"),
        _segment_id(), Column("region", "text", ("地区",), required=True),
        Column("admission", "choice", ("准入", "准入类别"), choices=ADMISSIONS),
        Column("chem_park", "flag", ("须入化工园区",)),
        Column("land_mu_min", "number", ("最小用地", "用地需求"), unit="亩", minimum=0),
        Column("invest_per_mu", "number", ("亩均投资",), unit="万元/亩", minimum=0),
        Column("tax_per_mu", "number", ("亩均税收",), unit="万元/亩", minimum=0),
        Column("energy_tce_per_10k", "number", ("单位能耗",), unit="吨标煤/万元", minimum=0),
        Column("basis", "text", ("依据",)),
    ),
    _table(
        "parcels", "地块", "land that can be offered", "可供地块", ("parcel",),
        Column("parcel", "text", ("地块", "地块名称"), required=True), Column("zone", "text", ("开发区", "园区")), _DISTRICT,
        Column("area_mu", "number", ("面积", "面积(亩)"), unit="亩", minimum=0),
        Column("use", "text", ("用途",)), Column("ready", "date", ("可供日期",)), _NOTE,
    ),
    _table(
        "tech_needs", "技术需求", "technical needs that firms stated", "企业提出的技术需求", ("firm_id", "need"),
        _firm_id(), _segment_id(required=False), Column("need", "text", ("需求", "技术需求"), required=True),
    ),
    _table(
        "chain_offices", "链长制", "posts and departments per chain, never persons", "各链链长职务与责任部门(不写人名)",
        ("chain_id", "lead_post", "department"),
        Column("chain_id", "id", ("产业链编号", "产业链"), refers_to="chains.chain_id", note="empty = all chains",
               note_zh="留空表示全部产业链"),
        Column("lead_post", "text", ("链长", "链长职务")), Column("department", "text", ("责任部门", "部门")),
        Column("leader_firms", "set", ("链主企业",)),
    ),
    _table(
        "zones", "开发区", "zones and parks", "开发区与园区", ("zone",),
        Column("zone", "text", ("开发区", "园区", "名称"), required=True), Column("type", "text", ("类型",)),
        Column("level", "text", ("级别",)), _DISTRICT, _CHAINS, _NOTE,
    ),
    _table(
        "carriers", "创新载体", "innovation carriers", "创新载体", ("carrier",),
        Column("carrier", "text", ("载体", "载体名称"), required=True), Column("type", "text", ("类型",)), _DISTRICT, _CHAINS, _NOTE,
    ),
    _table(
        "designations", "认定", "policy sectors, clusters, leaders and champions", "政策方向、集群、链主、单项冠军等认定",
        ("kind", "name", "chain_id"),
        Column("kind", "text", ("认定类型", "类型"), required=True,
               note="policy_sector, chain_mechanism, cluster, new_star, future_zone, chain_leader, single_champion",
               note_zh="policy_sector、chain_mechanism、cluster、new_star、future_zone、chain_leader、single_champion"),
        Column("name", "text", ("名称",), required=True), _DISTRICT,
        Column("chain_id", "id", ("产业链编号", "产业链"), refers_to="chains.chain_id", note="empty = all chains",
               note_zh="留空表示全部产业链"),
        Column("firm_id", "id", ("企业编号", "企业名称"), refers_to="firms.firm_id", note="the firm designated",
               note_zh="被认定的企业"),
        Column("segments", "set", ("涉及环节",), refers_to="segments.segment_id",
               note="segments a cluster covers (ids or names), where stated or plain from its name",
               note_zh="集群覆盖的环节(编号或名称)"),
        Column("year", "integer", ("年份",), minimum=1949, maximum=2100), _NOTE,
    ),
    _table(
        "outreach", "招商网络", "stationed cities and offices abroad", "驻外招商点与境外办事处", ("kind", "place"),
        Column("kind", "text", ("类型",), required=True), Column("place", "text", ("地点",), required=True),
        Column("region", "text", ("区域",)), _NOTE,
    ),
    _table(
        "policies", "政策", "policy measures", "政策措施", ("policy",),
        Column("policy", "text", ("政策名称", "政策"), required=True), Column("level", "text", ("级别",)),
        Column("doc_no", "text", ("文号",)), Column("issuer", "text", ("发布单位",)), Column("summary", "text", ("内容摘要", "内容")),
        Column("chains", "set", ("涉及产业",)), Column("valid_from", "date", ("开始日期",)), Column("valid_to", "date", ("结束日期",)),
    ),
    _table(
        "targets", "目标", "quantitative targets", "量化目标", ("indicator", "period"),
        Column("indicator", "text", ("指标",), required=True), Column("indicator_en", "text", ("指标英文",)),
        Column("unit", "text", ("单位",)), Column("period", "text", ("期间", "年份"), required=True),
        Column("target", "number", ("目标值", "目标"), required=True),
    ),
    _table(
        "confirmations", "核实", "what people have checked; survives every run", "人工核实结果,各次运行均保留",
        ("segment_id", "region"),
        _segment_id(), Column("region", "text", ("地区",), required=True),
        Column("state", "choice", ("结论",), required=True, choices={"present": ("有", "存在"), "missing": ("无", "缺失")}),
        Column("by", "text", ("核实单位",), required=True, note="office, not a person", note_zh="核实单位(不写人名)"),
        Column("date", "date", ("核实日期",)),
    ),
    _table(
        "excluded", "不纳入企业", "firms left out, with the reason", "不纳入的企业及理由", ("firm",),
        Column("firm", "text", ("企业名称", "企业"), required=True), Column("stock_code", "id", ("股票代码",)),
        Column("industry", "text", ("行业",)), Column("reason", "text", ("理由",), required=True),
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in _ALL}
REQUIRED_TABLES: tuple[str, ...] = tuple(table.name for table in _ALL if table.required)

GAP_COLUMNS = (
    "chain_id", "chain", "segment_id", "segment", "stage", "state", "found", "group_only", "expected", "local_buyers",
    "local_demand", "local_supply", "nearby_found", "nearest_supplier_city", "high_value", "chokepoint", "admission",
    "fill_mode", "confirmed", "severity", "ask_whom", "question", "reasons", "sources",
)
SHORTLIST_COLUMNS = (
    "chain_id", "chain", "segment_id", "segment", "gap_state", "strategy", "rank", "firm_id", "firm", "firm_en", "group",
    "country", "city", "decision_city", "tiers", "candidate_kind", "local_unit", "fit_lift", "fit_low", "fit_high",
    "top_share", "reach", "propensity", "signal", "signal_date", "proposal", "size_class", "admission", "risk",
    "evidence_grade", "reasons", "route", "next_step", "sources",
)
GAP_STATES = ("missing", "none_known", "unknown", "thin", "weak", "present", "present_unlisted", "normal", "strong")
