"""What a stretch of a passage says of its firm, as drafts that later sentences may complete."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from chaingraph.leads.sentences import figures
from chaingraph.leads.sentences.dates import event_date
from chaingraph.leads.sentences.events import Site, kinds_said, site_said, stage_at
from chaingraph.leads.sentences.figures import Amount
from chaingraph.leads.sentences.kinds import STAGE_ORDER, LeadKind, lead_kinds
from chaingraph.leads.sentences.namings import FirmNamed, firms_in
from chaingraph.leads.sentences.passages import Passage
from chaingraph.leads.sentences.where import Named, joined, places_in
from chaingraph.leads.sentences.zones import Around, Zone, same_firm
from chaingraph.places.gazetteer import CHINA

# The amounts that a kind is about, by what the words before them say.
_AMOUNTS: Mapping[str, tuple[str, ...]] = {
    "expansion": ("total", "", "win", "capital", "price", "part"), "filing": ("total", "", "part"),
    "ended": ("total", "", "part"), "relocation": ("total", ""),
    "proceeds_moved": (), "land": ("price",), "new_unit": ("capital", "total", ""),
    "fundraising": ("raised", "win", "", "total"),
    "customer_win": ("win", "total", ""), "divestment": ("price", "", "total", "raised"),
}  # fmt: skip
# Kinds whose place is that of a project; others name places by the way.
_PLACED = {"expansion", "filing", "land", "new_unit", "ended", "relocation", "proceeds_moved", "downsizing"}
AT_HOME = ("capacity_full", "lease_end", "insolvency")  # told of where a firm sits
_BEFORE_PLACE = re.compile(
    r"(?:在|于|落户|位于|坐落|地点[为:]?|地[为:]|地址[:]?|选址于?|入驻|迁至|迁往|外迁至|搬到|搬至|迁入|迁到|搬迁到|搬迁至|与|投向|为|投资|至|到|项目所在地|in|at|from|near)[\s]?$"
)
_AWAY = re.compile(r"(?:总部位于|总部在|总部设在|赴|来自|从|由|原|自|拜访|走访|驻)$")
_AFTER_PLACE = re.compile(
    r"^(?:省|市|县|区|州)?(?:に|で(?!は)|へ|から|の(?=工场|拠点))|^(?:省|市|县|区)?[^,;]{0,6}?(?:经开区|高新区|开发区|工业园|园区|镇|街道|管委会|人民政府|签约|基地|港区|新区|工厂|厂区|备案)"
)
_NOT_PLACE = re.compile(
    r"^-(?:based|headquartered)|^(?:市|县|区)?(?:考察|人民法院|中级|商会|日报|银行|产业基金|招商组|厂区|老厂)"
)
_TARGET = re.compile(
    r"(?:变更为|改在|改到|改至|移到|调整[至到]|转移[至到]|并[至到]|转至|转投|改投|转而落户|移至|落户|最终选择|目前改在|迁至|迁往|搬到|搬至|迁入|至)[^,;]{0,8}?$|instead[^.;]{0,40}$|"
    r"\b(?:shift|mov|relocat|transfer)\w*\s[^.;]{0,30}\bto\s(?:the\s|its\s[a-z ]{3,24}\s(?:in|near)\s)?$"
)
_PRODUCT = re.compile(
    r"(?:年产[^,;的]{0,12}?(?:吨|套|台|片|件|辆|米|只|W|Wh|GWh|GW|条))?([\u4e00-\u9fffA-Za-z0-9]{2,14}?)(?:(?:产业化|扩产|技改|智能制造|智能工厂|生产线|生产)?项目|生产线|生产基地|产业基地|制造基地|扩产|产线(?!由)|装备基地)"
)
_PRODUCT_LEADS = re.compile(
    r"^.*(?:建设|新建|设立|投资|的|元|亩|在|用于|生产|推进|实施|年产|增资|签约|落户|公司|旗下|扩建|投向|地|从事|募投|关于|终止|其|该|此|这|名称|变更|宣布|已|本)"
)
_NO_PRODUCT = re.compile(
    r"(?:华[东南北中]|西[南北]|东北|长三角|珠三角|大湾区)(?:地区|区域)?$|未|没有|双方|目前|相关|签署|第[一二三四]|将|同时|原|就|上述|所需|不|与|通过|获得|收到"
)
# What stands behind a product and is none of it: 压缩机二期, 储能电池第二(生产基地), 电池3条(产线).
_PRODUCT_END = re.compile(
    r"(?<=..)(?:第(?:[一二三四五六七八九十]+|\d+)(?:期|条|座|个|批|阶段)?|(?:首|[一二三四五六七八九十两]+|\d+)(?:期|条|座))$"
)
_BARE = {
    "重大",
    "重点",
    "招商",
    "招商引资",
    "外资",
    "募投",
    "募集资金投资",
    "新建",
    "投资",
    "二期",
    "一期",
    "三期",
    "原募投",
    "产业",
    "扩产",
    "多个",
    "现有",
    "智能化",
    "部分",
    "部分募投",
    "建设",
    "首条",
    "第二",
    "新",
    "其中",
    "生产",
}
_DECIDED_ON = re.compile(r"\d日[^,;]{0,12}(?:通过|审议|召开|签署|签订)")  # the day of a plan told behind it
_SPEAKS = re.compile(r"宣布|举行|召开|上市|联交所|交易所|证券")  # where money is raised or spoken of, not built
_DAY_AHEAD = re.compile(r"[^,;]{0,8}\d日(?:上午|下午|晚间|晚)?(?=,)")
_COURT = re.compile(r"(?:市|县|区)?[一二三四五]?(?:中级|中院|人民法院|法院)")
_LISTED = re.compile(r"(?:、|和|以及|及)\s*$")
_SEVERAL = re.compile(r"个(?:重大|重点|产业|亿元)?项目|环境影响报告|备案|环评")
_COMPANY = re.compile(
    r"投资总额|投资额|投资金额|敷地面积|生命周期|地块|地价|价款|土地|亩|(?:^|[^有限份])(?:公司|该公司|企业|发行人)|项目|桩基|主体|土建|一期|二期|达产|用地|占地|总投资|生产|\b(?:[Tt]he|[Ii]ts|[Tt]his)\b[^.;]{0,40}\b(?:facility|plant|project|factory|investment|site|company|campus)\b"
)
_FIGURE = re.compile(r"^[\s,:(]{0,2}\d[\d.]*(?:亩|亿|万|公顷)|\d[\d.]*(?:亩|亿元|万元|公顷)[),、]*$")


@dataclass(frozen=True)
class Draft:
    """A fact while its text is still being read: what is said of it may stand in a later sentence."""

    firm: FirmNamed | None
    kind: LeadKind
    stage: str | None
    said: Site
    date: str | None = None
    amount: Amount | None = None
    capacity: str | None = None
    land_mu: float | None = None
    floor_m2: float | None = None
    place: Named | None = None
    instead: Named | None = None
    product: str | None = None
    counterpart: str | None = None
    start: int = 0
    end: int = 0


def drafts_of(
    zone: Zone,
    piece: Passage,
    around: Around,
    published: str | None,
    zones: Mapping[str, str] | None,
    before: Sequence[LeadKind],
) -> list[Draft]:
    """What a stretch says of its firm, one draft per kind; a bare figure after a name is of the kind told before."""
    kinds = kinds_said(zone.text, published)
    stage, at = stage_at(zone.text, published)
    inherited = False
    if _LISTED.search(zone.text) and zone.firm and (_SEVERAL.search(piece.text) or "项目" in zone.text):
        # 甲公司扩产项目、乙公司新建项目等8个项目开工: what is said of all stands at the end.
        whole = [kind for kind in kinds_said(piece.text) if kind.name in ("expansion", "filing")]
        if whole and (not kinds or whole[0].name == "filing"):
            kinds, (stage, at) = whole, stage_at(piece.text)
    if not kinds and zone.firm and around.stage and re.search(r"项目|投资|基地|租赁|总部", zone.text):
        kinds, inherited = [lead_kinds()["expansion"]], True
    if (
        not kinds
        and before
        and zone.firm
        and _FIGURE.search(zone.text[-16:])
        and zone.text.rstrip(" ,、").find(zone.firm.name) >= 0
    ):
        after = zone.text[zone.text.find(zone.firm.name) + len(zone.firm.name) :]
        kinds = list(before) if _FIGURE.match(after) else []
    start = piece.start + zone.start
    drafts = []
    for kind in kinds:
        told = (
            around.stage if inherited or (kind.name == "expansion" and stage == "announced" and around.stage) else stage
        )
        firm, counterpart = _parties(kind, zone)
        draft = Draft(
            firm=firm,
            kind=kind,
            stage=kind.stage or (told if kind.name in ("expansion", "relocation") else _unit_stage(kind, zone.text)),
            said=site_said(zone.text),
            date=_date(kind, told, at, zone.text, published)
            or _date_ahead(piece.text, told, published)
            or (event_date(piece.text[: zone.start], published) if zone.firm and zone.firm.unit else None)
            or around.date,
            counterpart=counterpart,
            start=start,
            end=start + len(zone.text),
        )
        drafts.append(_filled(draft, zone, around, zones))
    return drafts


def _date(kind: LeadKind, stage: str | None, at: int, text: str, published: str | None) -> str | None:
    """The day told nearest before the words that tell the event."""
    word = kind.words.search(text) if kind.words else None
    place = at if kind.name in ("expansion", "relocation") or word is None else word.start()
    done = kind.name == "expansion" and stage in ("started", "producing")
    return event_date(text, published, place, done=done, due=kind.name == "downsizing")


def _date_ahead(text: str, stage: str | None, published: str | None) -> str | None:
    """The day with which a passage begins, for all that it tells: 6月20日,甲公司…,乙公司…."""
    head = _DAY_AHEAD.match(text)
    return event_date(head[0], published, done=stage in ("started", "producing")) if head else None


def _unit_stage(kind: LeadKind, text: str) -> str | None:
    """A unit is registered unless it is only to be set up."""
    if kind.name != "new_unit":
        return None
    return "announced" if re.search(r"拟[^,;]{0,24}设立", text) else "registered"


def _parties(kind: LeadKind, zone: Zone) -> tuple[FirmNamed | None, str | None]:
    """Whom a kind is about: who is merged into another, the unit that is struck off, else the firm of the stretch."""
    other = zone.others[0] if zone.others else None
    if other is None:
        return zone.firm, None
    if kind.name == "merged" and other.other_side in ("全资子公司", "子公司"):
        return other, zone.firm.name if zone.firm else None
    if kind.name in ("revoked", "insolvency") and other.other_side in ("子公司", "全资子公司"):
        return other, None
    if kind.name == "divestment" and other.other_side == "收购":
        return other, zone.firm.name if zone.firm else None
    told = kind.name in ("divestment", "customer_win", "merged")
    return zone.firm, other.name if told else None


def _filled(draft: Draft, zone: Zone, around: Around, zones: Mapping[str, str] | None) -> Draft:
    """A draft with the figures and places of a stretch, where it has none yet."""
    text, name = zone.text, draft.kind.name
    amount = figures.choose(figures.amounts_in(text), _AMOUNTS.get(name, ()))
    held = [firm for firm in firms_in(text)]
    found = [
        place
        for place in joined(places_in(text, zones), text)
        if not any(firm.start < place.end and place.start < firm.end for firm in held) and place.path != (CHINA,)
    ]
    place, instead = _places(draft, found, text)
    if (
        place is None
        and draft.place is None
        and name in _PLACED
        and name != "ended"
        and (draft.said not in ("open", "comparing") or name == "downsizing")
    ):
        place = around.place or _seat(zone.firm, unit=name in ("new_unit", "filing", "downsizing"))
    if place is None and draft.place is None and name in AT_HOME:
        place = _home(name, zone, found)
    if place is None and draft.place is None and name == "ended":
        place = around.place if instead is None else None
    settled = name in _PLACED
    return replace(
        draft,
        amount=draft.amount or amount,
        capacity=draft.capacity
        or (figures.capacity(text) if settled or name in ("fundraising", "capacity_full") else None),
        land_mu=draft.land_mu if draft.land_mu is not None else figures.land_mu(text) if settled else None,
        floor_m2=draft.floor_m2
        if draft.floor_m2 is not None
        else figures.floor_m2(text)
        if settled and name != "land"
        else None,
        place=_finer(draft.place, place),
        instead=draft.instead or instead,
        product=draft.product or _product(text, held),
    )


def _places(draft: Draft, found: Sequence[Named], text: str) -> tuple[Named | None, Named | None]:
    """The place of a fact and where it went instead, of those that a stretch names."""
    name = draft.kind.name
    moved = name in ("ended", "proceeds_moved", "relocation", "downsizing")
    targets = [place for place in found if moved and _TARGET.search(text[max(0, place.start - 48) : place.start])]
    if name == "relocation":
        return (targets[-1] if targets else _best(found, text)), None
    if moved:
        target = targets[-1] if targets else None
        left = [place for place in found if place is not target and not (target and place.start > target.start)]
        return (left[-1] if name == "proceeds_moved" and left else _best(left, text)), target
    if draft.said in ("open", "comparing") or name not in (*_PLACED, "fundraising", "customer_win"):
        return None, None
    best = _best(found, text)
    if (
        name in ("fundraising", "customer_win")
        and best
        and (not _weight(best, text) >= 3 or _SPEAKS.match(text[best.end : best.end + 6]))
    ):
        return None, None
    return best, None


def _finer(held: Named | None, place: Named | None) -> Named | None:
    """A place as told first, or as told more closely later: a county of its city, a zone of it."""
    if held is None or place is None or place.path[: len(held.path)] != held.path:
        return held or place
    closer = len(place.path) > len(held.path) or (
        len(place.text) > len(held.text) and held.text.rstrip("市县区") in place.text
    )
    return place if closer else held


def _best(found: Sequence[Named], text: str) -> Named | None:
    ranked = [(_weight(place, text), -place.start, place) for place in found]
    ranked = [one for one in ranked if one[0] > -2]
    return max(ranked, key=lambda one: one[:2])[2] if ranked else None


def _weight(place: Named, text: str) -> float:
    before, after = text[max(0, place.start - 6) : place.start], text[place.end : place.end + 14]
    weight = 0.5 * len(place.path)
    weight += 3 * bool(_BEFORE_PLACE.search(before)) + 2 * bool(_AFTER_PLACE.match(after))
    return weight - 4 * bool(_AWAY.search(before)) - 4 * bool(_NOT_PLACE.match(after))


def _home(kind: str, zone: Zone, found: Sequence[Named]) -> Named | None:
    """Where a firm sits: before its court, directly before its name, in its name."""
    courts = [place for place in found if kind == "insolvency" and _COURT.match(zone.text, place.end)]
    name = zone.text.find(zone.firm.name) if zone.firm else -1
    ahead = [place for place in found if 0 <= name - place.end <= 1]
    seat = _seat(zone.firm, unit=True)
    return next(iter([*courts, *ahead]), seat if seat and len(seat.path) > 2 else None)


def _seat(firm: FirmNamed | None, *, unit: bool) -> Named | None:
    """The place in brackets in a firm's name, where it sits: 某某(嘉善)有限公司; of a new unit also the one ahead."""
    if firm is None:
        return None
    inner = re.search(r"\(([\u4e00-\u9fffA-Z][\u4e00-\u9fffa-z]+)\)", firm.name)
    found = places_in(inner[1]) if inner else []
    ahead = [place for place in joined(places_in(firm.name), firm.name) if place.start == 0] if unit else []
    return next(iter([*found, *ahead]), None)


def _product(text: str, held: Sequence[FirmNamed]) -> str | None:
    """What is to be made, as written before 项目, 生产线 and the like."""
    bare = text
    for firm in held:
        bare = bare[: firm.start] + "," * (firm.end - firm.start) + bare[firm.end :]
    for found in _PRODUCT.finditer(bare):
        product = _PRODUCT_LEADS.sub("", found[1])
        product = re.sub(r"^\d[\d.]*(?:万|亿)?(?:吨|套|台|片|件|只|米|千米|平方米|GWh|GW|支|条)?", "", product)
        product = _PRODUCT_END.sub("", product)
        if bare.startswith("产线", found.end(1)):  # 量产线
            product = product.removesuffix("量")
        if (
            len(product) >= 2
            and product not in _BARE
            and not _NO_PRODUCT.match(product)
            and not product.isdigit()
            and not places_in(product)
        ):
            return product
    return None


def enriched(draft: Draft, zone: Zone, piece: Passage, published: str | None, zones: Mapping[str, str] | None) -> Draft:
    """A draft with what a later sentence about the same firm adds: figures, a place, that the site is open."""
    said = site_said(zone.text)
    more = replace(draft, said=_plainer(draft.said, said))
    if draft.kind.name == "expansion" and draft.stage == "announced":
        stage = stage_at(zone.text, published)[0]
        more = replace(more, stage=stage if stage in ("started", "producing") else draft.stage)
    if not _COMPANY.search(zone.text) and not _DECIDED_ON.search(zone.text) and said == "unknown":
        return draft
    if more.date is None and _DECIDED_ON.search(zone.text):
        more = replace(more, date=event_date(zone.text, published))
    filled = _filled(more, zone, Around(place=more.place), zones)
    changed = filled != more or more != draft
    return replace(filled, end=max(filled.end, piece.start + zone.start + len(zone.text)) if changed else draft.end)


def _plainer(held: Site, said: Site) -> Site:
    """What is told first of a site; that places are compared says more than that it is open."""
    return said if held == "unknown" or (held == "open" and said == "comparing") else held


def merged(drafts: Sequence[Draft], found: Sequence[Draft]) -> list[Draft]:
    """Drafts of one firm and kind are one: the furthest stage, the first of each figure."""
    result = list(drafts)
    for draft in found:
        for place in range(len(result) - 1, -1, -1):
            held = result[place]
            if held.kind is draft.kind and same_firm(held.firm, draft.firm) and not _elsewhere(held, draft):
                result[place] = _together(held, draft)
                break
        else:
            result.append(draft)
    return result


def _elsewhere(one: Draft, other: Draft) -> bool:
    """Whether two drafts name places of which neither lies in the other: two projects."""
    if one.place is None or other.place is None:
        return False
    depth = min(len(one.place.path), len(other.place.path))
    return one.place.path[:depth] != other.place.path[:depth]


def _together(held: Draft, draft: Draft) -> Draft:
    order = {stage: number for number, stage in enumerate(STAGE_ORDER)}
    stage = max((held.stage, draft.stage), key=lambda one: order.get(one or "", -1))
    return replace(
        held,
        stage=stage,
        said=_plainer(held.said, draft.said),
        date=held.date or draft.date,
        amount=held.amount or draft.amount,
        capacity=held.capacity or draft.capacity,
        land_mu=held.land_mu if held.land_mu is not None else draft.land_mu,
        floor_m2=held.floor_m2 if held.floor_m2 is not None else draft.floor_m2,
        place=_finer(held.place, draft.place),
        instead=held.instead or draft.instead,
        product=held.product or draft.product,
        end=max(held.end, draft.end),
    )
