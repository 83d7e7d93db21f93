"""What a stretch of a passage says happened: kinds, the stage of a project, whether its site is decided."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from chaingraph.leads.sentences.kinds import (
    SETTLED_KINDS,
    SETTLED_STAGES,
    STAGE_ORDER,
    LeadKind,
    lead_kinds,
    lead_words,
)

Site = Literal["open", "comparing", "decided", "unknown"]

# What a kind takes the place of where both are said of one firm in one stretch.
_STANDS_FOR: Mapping[str, tuple[str, ...]] = {
    "insolvency": ("revoked", "downsizing", "lease_end", "expansion", "ended"),
    "merged": ("revoked", "divestment", "expansion"),
    "ended": ("expansion", "fundraising", "revoked", "lease_end", "downsizing", "filing",
              "land", "relocation", "new_unit", "exit", "capacity_full"),
    "proceeds_moved": ("fundraising", "relocation", "expansion", "lease_end", "ended"),
    "renamed": ("new_unit", "expansion", "revoked"),
    "filing": ("expansion", "relocation", "new_unit", "lease_end", "fundraising", "downsizing", "land"),
    "new_unit": ("expansion", "land"),
    "exit": ("downsizing", "revoked"),
    "divestment": ("exit", "new_unit", "relocation", "expansion", "fundraising", "land"),
    "relocation": ("lease_end", "expansion"),
    "customer_win": ("expansion", "capacity_full"),
    "lease_end": ("fundraising",),
}  # fmt: skip
_WORKS = re.compile(
    r"项目|投资|基地|中心|设立|[一二三四]期|开工|投产|竣工|动工|工厂|厂房|生产线|产线|车间|厂|建设|扩建|签约|落户|总部|增资|装置|组件线|PACK线|"
    r"租下|租赁|投建|产业园|园区|下线|工场|工场|生产棟|生産棟|拠点|ライン|设备を|センター|増産|能力を|増强|Werk|Fabrik|Standort|Produktion|"
    r"\b(?:plants?|factor(?:y|ies)|gigafactor(?:y|ies)|facilit(?:y|ies)|headquarters|campus|complex|operations|lines?|mills?|sites?|signed|"
    r"(?:broke|breaks|breaking|break) ground|leased?|cent(?:er|re)s?|hub|"
    r"foundry|fab|smelter|refinery|warehouse|laborator(?:y|ies)|base|production|manufacturing|expansion|location)\b",
    re.IGNORECASE,
)
_BUILDERS = re.compile(r"(?<!由)(?:^|[,;])[^,;由]{0,24}承建|中标")
_BUILT_BY = re.compile(r"[^,;。]{2,20}承建的")  # 乙公司承建的甲环基地开工: who builds it for whom
_PROJECT = re.compile(
    r"投资[^,;]{0,8}\d[\d.,]*\s?(?:亿|万)|总投资|投资协议|(?:建设|实施)[^,;]{0,24}(?:项目|基地|工厂|生产线|产线)|建设[“《]"
)
# Money raised and what it builds, told as two things: got $15 million to build the first factory.
_BUILDS = re.compile(r"\bto (?:build|launch|open|establish|construct)\b[^.;]{0,60}(?:plant|factory|facility)")
_CLAUSE = re.compile(r"[,:、]")
# 投产后可年产…: what will be then.
_AFTERWARDS = re.compile(r"^(?:达产|达效|运营|使用)?(?:后|之日|时|之后|前)")
_DUE_LATER = re.compile(r"[^。]{0,32}?を?(?:予定|目指)")  # a Japanese sentence says so at its end
_BUILDING = re.compile(r"(?:厂房|主体|车间|结构|土建)(?:已|全部)*(?:建成|完成|完工|竣工)$")
_SURELY_AHEAD = re.compile(
    r"预计|将(?:于|在|正式)|计划(?:于|在|\d)|力争|有望|即将|明年|早日|尽快|争取|确保|促使|推动[^,;]{0,16}(?:尽|早)|"
    r"年底(?:前)?(?:正式|全面|建成)*$"
)
_MONTH = re.compile(r"(20\d{2})年(?:(1[0-2]|[1-9])月)?")
# What many do, told with a few for example.
_GENERAL = re.compile(
    r"近年来?,?[^;]{0,30}(?:诸多|众多|许多|不少|越来越多|纷纷)|其中不乏|"
    r"纷纷(?:加快|加速)?(?:撤|搬|迁|关|外迁|落户|投资|布局)|"
    r"\b[Ii]n (?:recent|the (?:past|last) (?:few|two|three|several|\d+)) years,"
    r"[^.;]{0,60}\b(?:many|several|some|more and more|companies)\b"
)
_NOT_YET = re.compile(r"没有|未能|尚未|迟迟未|从未|初[一二三四五六七八九十]|节后|正月|not yet|never")
# Contracts that are no project: for land, shares, their end.
_OTHER_CONTRACT = re.compile(
    r"出让|土地使用权|成交确认|股权|转让|解除|终止|收储|补偿|借款|采购|供货|销售|保荐|监管协议|租赁合同"
)
_LAND_SIGNED = re.compile(r"签下|签约")
_PLANNED_INVESTMENT = re.compile(
    r"(?:计划|拟|准备|要|意向)[^,;]{0,10}(?:投资|建设|新建|建)|投资[^,;]{0,10}(?:亿|万)|目前与[^,]{0,20}谈"
)


def kinds_said(text: str, published: str | None = None) -> list[LeadKind]:
    """The kinds that a stretch of a passage says of its firm; see `_STANDS_FOR` for what gives way.

    Examples
    --------
    >>> [kind.name for kind in kinds_said("公司储能电芯产线已满产")]
    ['capacity_full']
    >>> kinds_said("传闻该公司将融资10亿元"), kinds_said("公司目前无搬迁计划")
    ([], [])
    """
    if lead_words().void.search(text) or _GENERAL.search(text):
        return []
    kinds, text = lead_kinds(), _BUILT_BY.sub("", text)
    said = {name for name, kind in kinds.items() if _says(kind, text)}
    stage = stage_at(text, published)[0]
    expands = stage is not None and _WORKS.search(text) and not _against(kinds["expansion"], text)
    if expands and not _BUILDERS.search(text):
        said.add("expansion")
    if "land" in said and (stage in ("started", "producing") or _LAND_SIGNED.search(text)):
        said.discard("land")
    elif "land" in said:
        said.discard("expansion")
    if "fundraising" in said and stage not in ("signed", "started", "producing") and not _BUILDS.search(text):
        said.discard("expansion")
    if (
        said & {"capacity_full", "lease_end"}
        and stage in ("announced", "negotiating")
        and not _PLANNED_INVESTMENT.search(text)
    ):
        said.discard("expansion")
    if "lease_end" in said:
        said.discard("expansion")
        if site_said(text) in ("open", "comparing"):
            said.discard("relocation")
    if "new_unit" in said and "expansion" in said and _PROJECT.search(text):
        said.discard("new_unit")  # a unit that is set up for a project tells less than the project
    if "downsizing" in said and stage not in SETTLED_STAGES:
        said.discard("expansion")
    gone = {other for name in said for other in _STANDS_FOR.get(name, ()) if name in said}
    return [kind for name, kind in kinds.items() if name in said - gone]


def _says(kind: LeadKind, text: str) -> bool:
    return kind.words is not None and kind.words.search(text) is not None and not _against(kind, text)


def _against(kind: LeadKind, text: str) -> bool:
    return kind.against is not None and kind.against.search(text) is not None


def stage_of(text: str) -> str | None:
    """How far a project has come by these words; a stage that is only expected does not count.

    Examples
    --------
    >>> stage_of("项目今天开工,预计2026年6月投产"), stage_of("拟在平湖投资建设新基地"), stage_of("获评先进")
    ('started', 'announced', None)
    """
    return stage_at(text)[0]


def stage_at(text: str, published: str | None = None) -> tuple[str | None, int]:
    """The stage that `stage_of` tells, and where the passage says it; a day after the text's own is still to come."""
    words = lead_words()
    framework = words.stages["negotiating"].search(text) is not None
    expected = False
    for stage in reversed(STAGE_ORDER):
        pattern = words.stages.get(stage)
        for found in pattern.finditer(text) if pattern else ():
            if (
                stage == "signed"
                and (
                    words.stages["negotiating"].search(found[0])
                    or (
                        framework and found[0] in ("签约", "签订", "签署")
                    )  # a framework or a letter of intent is signed
                    or _OTHER_CONTRACT.search(text[found.start() : found.end() + 6])
                )
            ):
                continue
            if stage == "producing" and _BUILDING.search(text[: found.start()][-4:] + found[0]):
                continue  # the building stands, the machines are still to come
            if stage == "announced" or not _ahead(text, found.start(), found.end(), published):
                return stage, found.start()
            clause = _CLAUSE.split(text[max(0, found.start() - 24) : found.start()])[-1]
            expected = expected or (stage in SETTLED_STAGES and not _NOT_YET.search(clause))
    return ("announced" if expected else None), len(text)


def _ahead(text: str, start: int, end: int, published: str | None) -> bool:
    """Whether words before a stage in its clause say that it is still to come."""
    clause = _CLAUSE.split(text[max(0, start - 24) : start])[-1]
    if _AFTERWARDS.match(text[end : end + 4]) or _NOT_YET.search(clause) or _DUE_LATER.match(text[end : end + 40]):
        return True
    if _SURELY_AHEAD.search(clause) or (published and _later(clause, published)):
        return True
    return lead_words().ahead.search(clause + text[start:end][:1]) is not None and not re.search(
        r"已|正式|取得", clause
    )


def _later(clause: str, published: str) -> bool:
    """Whether the last day in a clause is after that of the text: 2027年1月正式投产."""
    told = [f"{found[1]}-{int(found[2] or 1):02d}" for found in _MONTH.finditer(clause)]
    return bool(told) and told[-1][: len(published)] > published[:7]


def site_said(text: str) -> Site:
    """Whether words say that a site is still to be decided; silence is unknown.

    Examples
    --------
    >>> site_said("正在嘉兴与湖州之间比选"), site_said("地点尚未确定"), site_said("公司满产")
    ('comparing', 'open', 'unknown')
    """
    words = lead_words()
    if words.comparing.search(text):
        return "comparing"
    if words.open.search(text):
        return "open"
    return "decided" if words.decided.search(text) else "unknown"


def site_of(kind: LeadKind, stage: str | None, said: Site, *, placed: bool, instead: bool) -> Site:
    """Whether a site is decided: signed, filed, land bought or started says so; else words; a plan with a place too.

    An ended project is decided only where it says where it went instead.
    """
    if kind.stage == "ended":
        return "decided" if instead else "unknown"
    if kind.name == "downsizing":
        return "decided" if instead else "unknown"
    if stage in SETTLED_STAGES or kind.name in SETTLED_KINDS:
        return "decided"
    if said != "unknown":
        return said
    if kind.name in ("relocation", "proceeds_moved"):
        return "decided" if placed or instead else "unknown"
    if kind.name == "expansion":
        return "decided" if placed and stage != "negotiating" else "unknown"
    return "decided" if placed and kind.name in ("fundraising", "customer_win") else "unknown"
