"""Firms named without their legal form: by a stock code behind the name, or as who announces, opens or closes."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache

from chaingraph.leads.sentences.foreign_names import german_names, japanese_names
from chaingraph.leads.sentences.kinds import lead_words
from chaingraph.leads.sentences.where import joined, places_in
from chaingraph.model import registry

_CODED = re.compile(
    r"(\*?(?:ST|SST)?[A-Z]?[\u3400-\u4e27\u4e29-\u9fff]{2,8})\((?!20[0-3]\d\))(?:\d{6}|0\d{4}|\d{4})(?:\.(?:SZ|SH|BJ|HK))?\)"
)
_SAYS = re.compile(
    r"(?:^|(?<=[,;:。丨|》」]))\s*([^,;:。\s]{0,16}(?:讯|\d日电|消息)\s?)?(\*?ST[\u3400-\u9fff]{2,6}?|[\u3400-\u9fff]{3,8}?)(?=(?:\d{1,2}月\d{1,2}日)?"
    r"(?:晚间|晚|午间|早间|近日|日前|近期|方面|半年内|年内)?(?:又|再次?|连续|接连)?"
    r"(?:发布公告|发布关于|发布《|发公告|公告|公布|披露|宣布|表示|回应|完成[^,]{0,16}(?:融资|轮)|获得?[^,]{0,12}(?:融资|注资|轮)|拟(?:在|与|将|投资|终止)|(?:以[^,]{2,20})?竞得|决定终止|"
    r"(?:在|接受)[^,;]{2,14}(?:宣布|表示|回复|说|称)))"
)
# A headline: 甲环科技:拟投资10亿元建设新基地.
_HEADLINE = re.compile(
    r"(?:^|\n)\s*(\*?(?:ST)?[\u3400-\u9fffA-Z]{3,8}):\s?(?=拟|终止|关于|签|中标|获|与[^,]{2,16}签|\d|全资|控股|子公司|取消|投资\d|募|竞得|定增)"
)
# 裁定受理对甲环的破产清算申请.
_BROKEN = re.compile(r"对([\u3400-\u9fff]{2,8}?)(?:的|进行|提起)?(?:破产|重整|预重整)")
# 甲环五金,一家老牌制造企业.
_ONE = re.compile(r"(?:^|(?<=[。;\n]))\s*([\u3400-\u9fff]{3,8}),(?:是|作为)?一家")
# 日本卫浴巨头甲环宣布关闭工厂.
_DESCRIBED = re.compile(
    r"(?:巨头|制造商|厂商|生产商|供应商|代工厂|品牌|龙头企业|知名企业|独角兽)(?:企业)?([\u3400-\u9fff]{2,8}?|[A-Za-z][A-Za-z0-9]{1,11})"
    r"(?=(?:\([^()]{1,24}\))?(?:宣布|同样|也|决定|将|计划|表示|正式|此前|近日|日前|已|完成|拟|获))"
)
# 全钒液流企业甲环新能获战略注资.
_FUNDED = re.compile(r"企业([\u3400-\u9fff]{4,8}?)(?=获[^,]{0,8}(?:轮|融资|注资)|完成[^,]{0,10}(?:轮|融资))")
# A subsidiary called by its short name, that acts: 公司全资子公司甲环光伏拟在某地投资.
_SUBSIDIARY = re.compile(
    r"(?:子|孙|附属)公司([\u3400-\u9fff]{3,8}?)(?=的[^,;]{2,30}(?:项目|生产线|工厂|基地)|拟|与|已|以|于\d|将|签|竞得|完成|近日|日前|收到|获得|成功|计划|通过|使用|参与)"
)
# Behind these, or at the beginning of a clause, a project may be called by its firm: 总投资3亿元的甲环电子扩产项目.
_BEFORE_PROJECT = (
    r"(?:^|(?<=[,;:、“《)—的和与及元日午行州市县区镇乡村暨为])|(?<=包括)|"
    r"(?<=代工厂)|(?<=供应商)|(?<=制造商)|(?<=企业))"
)
_PROJECT_WORD = re.compile(
    r"^(?!信息|产业园|产业集群|产业|园|小镇)[^,;。]{0,26}?(?:项目|设厂|建厂|基地|工厂|产业园|生产线|产线|工地|厂房|车间|[一二三四]期|整车|开工|投产|奠基|竣工|下线|签约|落户|竞得|建设|总投资|扩能|生产|拟|融资|停产|倒闭|破产|轮|获得)"
)
_NO_CORE = re.compile(
    r"[镇乡村组]|屋顶|大棚|种植|养殖|道路|农田|管网|水库|公路|学校|医院|小区|改造|景区|新建|扩建|改建|购置|用于|布局|推进|实施|[的型级等个类年项投资市县区省和与及在为被将各该其多性站厂房车间]|^(?:第|一|二|三|两|四|五|全|大型|小型|中型|本|新型)|新型|新质|西部|东部|南部|北部|中部|高端|高档|大型|中型|国内|国外|国产|新能|产能|产业|产品|无人|智造|制造|建造|开建|开工|动工|扩建|^[建含设]|高新|高性|高精|整车|零部|部件|十[二三四]五|"
    r"智能|动力|绿色|现代|特种|精密|光电|电子|生物|先进|关键|核心|主要|重点|复合|有机|光伏|储能|锂|氢|汽车|材料|装备|数字|清洁|循环|环保|节能|信息|通信|功能|铝合金|金属|食品|医疗|医药|农业|工业|航空|海洋|机器|轨道|半导体|集成|电力|风电|太阳|纯电|混动|乘用|商用|碳化|电解|固态|三元|磷酸|石墨|精细|再生|废旧|应急|智慧|健康|文化|旅游|物流|"
    r"互补|前沿|互联|综合|总部|公司|企业|本地|当地|我们|双方|首批|签订|促进|推动|围绕|聚焦|主营|从事|专业|专注|领域|行业|产业|加快|打造|发展|重大|引进|支持|相关|上下|华东|华南|西南|长三角|半固"
)
# What stands before a short name in running text and is none of it.
_BEFORE = re.compile(
    r"^(?:.*(?:人问|者问|讯|日电|消息|记者|近日|日前|获悉|了解到|据悉|称|和|与|及|的|上市公司|公司|股东|子公司|企业|汽车品牌|腕表品牌|巨头|制造商|厂商|龙头|旗下|有效期内|代工厂|供应商|暨)|日电|日)(?=[*A-Z\u3400-\u9fff]{2})"
)
_NO_FIRM = re.compile(
    r"^(?:也|但|却|只)|[了没不拟停止]|要求|限期|走上|扩产|员工|出面|查看|听取|公司$|^公司|^(?:仪式|明确|公示)|明确|先前|此前|终止|同意|参与|对|在|企业|已$|发布|[同次昨近当]日|撤销|备案|登记|审批|批复|通知|招标|变更|关于|局$|委员会|政府|管委会|人民|法院|中院|园区$|记者|方面|双方|有关|负责|项目|会议|董事|市场|行业|本次|此次|其中|目前|今年|去年|"
    r"该|本|这|我|他|会上|现场|当日|当天|协议|投资者|开发区|集团公司|一期|二期|总经理|董事长|来源|作者|编辑|日期|时间|标题|摘要|正文|地址|电话|事会|股东|仪式|活动|县委|市委|区委|书记|县长|市长|领导|部门|单位|工作|专班|小组|商会|协会|"
    r"建设$|生产$|地点|名称|原标题|总额|规模|面积|性质$|快讯|公告|早报|晚报|日报|新闻|消息|网讯|财联社|格隆汇|智通|方案|计划$|内容|证券|预计|原|年$|月$|据|经|由|并|同意|首$|正式|顺利|工程|工厂$|基地$|厂$|生产线|产线|整个|两|共|全|预$|规划|双|各|因|若|如|待|是|就|再|又|也|还|将|已|曾|此前|随后|同时|"
    r"签约|集中|累计|后者|前者|落户|募集|资金|准备|尚未|转而|涉及|用途|类型|一周|融资|租赁|当地|发行|环评|受理|招商|不能|只|届时|接下来|下一步|未来|后续|期间|上半年|下半年|季度|年底|年初|省|国家|全市|全县|全区|中国$|园$|所$|院$|大学|高校|银行|基金|资本$|投资$|业务|设备|产品|客户|订单|产能"
)
_WORD = r"[A-ZÀ-Ý][A-Za-z0-9&À-ÿ.'-]*"
_ACTS = (
    r"announc(?:ed?|es)|unveil(?:ed|s)|open(?:ed|s)?|celebrat(?:ed|es)|br(?:oke|eaks) ground|start(?:ed|s)|"
    r"beg(?:an|ins)|"
    r"complet(?:ed|es)|closing|rais(?:ed?|es)|secur(?:ed|es)|got|clos(?:e[ds]?)|cut(?:s|ting)?|invest(?:ed|s|ing)|"
    r"build(?:s|ing)?|"
    r"buil[td]|plan(?:s|ned)|paus(?:ed|es)|halt(?:ed|s)?|cancel(?:led|s)?|scrapp?(?:ed|s)|lay(?:s|ing)? off|laid off|"
    r"chos(?:e|en)|conclud(?:ed|es)|expand(?:ed|s|ing)?|set to|establish(?:ed|es)?|pour(?:ed|s|ing)|"
    r"construct(?:ed|ing)?|"
    r"confirm(?:ed|s)|set(?:s|ting)? up|join(?:s|ed)|"
    r"inaugurat(?:ed|es)|ceas(?:ed|es)|withdr(?:ew|awn)|shift(?:s|ed|ing)?|transfer(?:s|red)?|decid(?:ed|es)|"
    r"acquir(?:ed|es)|fil(?:ed|es)|select(?:ed|s)|commit(?:ted|s)?|abandon(?:ed|s)?|sa(?:id|ys)|"
    r"shut(?:s|ting)?|cancel(?:ed|ling)?|drop(?:s|ped)|pick(?:ed|s)|receiv(?:ed|es)|mov(?:ed|es|ing)|relocat(?:ed|es|ing)|"
    r"suspend(?:ed|s)?|idl(?:ed|es)|postpon(?:ed|es)|delay(?:ed|s)|put(?:s)?|stop(?:s|ped)?|shut|intends|says|"
    r"sell(?:s|ing)?|sold|to (?:build|invest|close|shut|open|lay|cut|move|expand|construct|spend)|spend(?:s|ing)?|"
    r"grabbed|grabs|pull(?:ed|s)|land(?:ed|s)|nab(?:bed|s)|bag(?:ged|s)|raising|"
    r"axe[ds]|ax(?:es|ing)|nix(?:ed|es)|shelv(?:ed|es)|kill(?:ed|s)|ditch(?:ed|es)|terminat(?:ed|es)|"
    r"begun|commenc(?:ed|es)|commission(?:ed|s)|kick(?:ed|s) off|"
    r"enlarg(?:e[sd]?|ing)|move|relocate|transfer|shift|halt|create|"
    r"sign(?:ed|s)|launch(?:ed|es)|bought|buys|add(?:ed|s|ing)|close|open|build|invest|lay|cut|end(?:s|ed|ing)"
)
_LATIN = re.compile(
    r"(?:^\s*|(?<=[.;:!?\n]\s)|(?<=\n)|(?<=, )|(?<=[Aa]nd )|"
    r"(?<=includes: )|(?<=including )|(?<=-based )|(?<=maker )|(?<=startup )|(?<=company )|"
    r"(?<=manufacturer )|(?<=[Aa]utomaker )|(?<=supplier )|"
    r"(?<=[0-9] )|(?<=giant )|(?<=producer )|(?<=developer )|(?<=firm )|(?<=-[Bb]acked )|"
    r"(?<=China's )|(?<=leader )|(?<= in )|(?<=In )|(?<=-- )|(?<=— )|"
    r"(?<=[Ww]hen )|(?<= that )|(?<=[Aa]fter )|(?<= as )|(?<=[Bb]ecause )|(?<=[Ww]hile )|(?<=[Bb]efore )|(?<=group )|"
    r"(?<=unit )|(?<=subsidiary )|(?<=company, ))"
    rf"({_WORD}(?:\s(?:{_WORD}|of|de|&)){{0,4}})"
    r"(?=(?:\s\((?:[A-Z]{2,8}|[A-Z][a-z]+)\))?(?:,(?:[^.;]|(?<=[A-Z])\.){3,110},)?(?:\s(?:officials|executives|management))?\s"
    r"(?:(?:has|have|had|is|are|was|were|will|would|also|officially|permanently|plans? to|"
    r"recently|today|now|plans|planning to|intends to|Will|Plans)\s){0,4}"
    r"(?:(?i:" + _ACTS + r"))\b)"
)
_NOT_LATIN = {
    "The", "This", "That", "These", "It", "He", "She", "They", "We", "In", "On", "At", "And", "Meanwhile", "While",
    "Both", "Investors", "Representing", "Governor", "President", "Construction", "Production", "Work",
    "Officials", "First", "Its", "A", "An", "When", "Layoffs", "Limited", "According", "Two", "Three", "Several",
    "Many", "Most", "Global", "Funding", "Investments", "You", "I", "However", "Manufacturing", "Sources", "Local",
    "Fab", "Plant", "Factory", "Project", "Firm", "Carmaker", "Steelmaker", "Startup",
    "Company", "Chief", "Vice", "State", "City", "County", "Mayor", "Gov", "Now", "There", "But", "After",
    "Since", "Once",
    "Workers", "Employees", "Analysts", "Existing", "New", "Other", "Some", "What", "For", "To",
    "With", "Subscribe", "Last", "Next", "Late", "Early", "Monday", "Tuesday",
    "Wednesday", "Thursday", "Friday", "Union",
}  # fmt: skip
# A short name that goes on is another firm's: 一汽 in 一汽富维, or its full name.
_INSIDE_NAME = re.compile(r"[\u3400-\u9fff]{0,14}?(?:有限|股份公司|集团|公司)")
_LEADING = re.compile(
    r"(?:(?:In )?(?:January|February|March|April|May|June|July|August|September|October|November|December)|"
    r"And|Meanwhile|But|While|Also|Now|However|When|As|After|Because|Before|If|Since|That|Once|Although|Though|Where)\s(?=\S)"
)
# The Jaxa Group is closing its plant.
_THE_GROUP = re.compile(
    rf"\bThe ({_WORD}(?:\s{_WORD}){{0,3}}\s(?:Group|Company|Corporation|Corp\.?|Holdings?))(?=[^.;]{{0,40}}?\s(?i:"
    + _ACTS
    + r")\b)"
)
# Jaxa's new plant in Danville.
_NEW_PLANT_OF = re.compile(
    rf"(?:^\s*|(?<=[.;:,\n]\s)|(?<= of )|(?<=based )|(?<= for ))({_WORD}(?:\s{_WORD}){{0,3}})"
    r"(?='s?\s(?:new|first|second|third|latest|planned|\$)[^.;]{0,60}\b(?:plant|facility|factory|mill|campus|headquarters|line)\b)"
)
_IN_LATIN = re.compile(r"(?<![A-Za-z])[A-ZÀ-Ý][\w&.'-]{0,40}[\s,']")
_ATTENDS = re.compile("出席|致辞|主持|介绍|实地|一行")
# Who governs, judges or teaches is no firm.
_NO_MAKER = re.compile(
    r"\b(?:Gov\.|Governor|Senator|Mayor|Minister|County|State|University|Commission|Department|Council|Authority|Agency|Court|Institute|Observer|Times|Journal|News|Post|Reuters)\b"
)
_BASED = re.compile(
    r"[A-Z]\w+'s\s|\S+-(?:[Bb]ased|[Bb]acked)\s|(?:U\.S\.|Japanese|German|Chinese|Korean|French|Swiss|Mexican|Swedish|Dutch|Indian)\s(?=[A-Z])"
)
_TAIL = re.compile(r"\s(?:of|de|&)$")
# Firms in a list, each with what it will do: Jaxa Corporation, which will make drives in Vietnam.
_WHICH = re.compile(
    rf"(?:^\s*|(?<=: )|(?<=; )|(?<=and ))({_WORD}(?:\s(?:{_WORD}|&)){{0,4}})"
    r"(?=,\s(?:which|who)\s(?:will|is|plans|has)\b)"
)
# Jaxa Tyres, the Japanese maker of tyres: what it is stands behind the name.
_WHO_IS = re.compile(
    rf"(?<![A-Za-z] [A-Z])(?<![\w'-])({_WORD}(?:\s(?:{_WORD}|&)){{0,4}})"
    r"(?=,\s(?:a|an|the|its)\s[^,.;]{0,60}?\b(?:maker|manufacturer|producer|supplier|company|developer|group|assembler|leader|startup)\b)"
)
# The plant of Jaxa Materials was begun.
_OWNED = re.compile(
    rf"(?:base|plant|factory|facility|project|task|campus|line)\sof\s({_WORD}(?:\s{_WORD}){{0,3}})(?=\s(?:was|has|is|start|beg|in\s[A-Z]))"
)
_OF_PLACE = re.compile(r"\sof\s[A-Z][a-z]+$")
# 昆山甲环包装是一家生产包装盒的企业.
_IS_ONE = re.compile(
    r"(?:^|(?<=[。;\n”“]))\s*([\u3400-\u9fff]{3,8}?)是[^,;。是]{0,24}?(?:一家|引进的|领先的|知名的?)[^,;。]{0,24}(?:企业|公司|制造商|供应商|服务商)"
)
# 区政府与甲环建设举行签约仪式.
_WITH_GOVERNMENT = re.compile(
    r"(?:政府|管委会|管理委员会)(?:与|同)([\u3400-\u9fff]{3,10}?)(?=举行|签约|签订|签署|正式签|成功签|达成|就[^,;]{2,20}签)"
)
# 甲环科技再一次加大投资.
_AGAIN = re.compile(
    r"(?:^|(?<=[,;:。\n]))\s*([\u3400-\u9fff]{3,8}?)(?=再(?:一)?次?(?:加大|追加|增加)?(?:投资|增资)|持续(?:对[^,;]{2,12})?(?:进行|加大|追加)?投资|(?:加大|追加)[^,;]{0,4}投资)"
)
# 在甲环轴承的厂区内, 走进甲环科技生产车间.
_VISITED = re.compile(
    r"(?:走进|来到|步入|位于[^,;]{2,10}的|在)([\u3400-\u9fff]{3,8}?)的?(?=(?:生产|施工|项目|智能)?(?:厂区|车间|现场|工地|厂房)(?:内|里|,))"
)
# 甲环汽车关闭长沙工厂: who closes, leaves or moves stands at the beginning of the clause.
_ACTING = re.compile(
    r"(?:^|(?<=[,;:。、\n”」]))\s*([\u3400-\u9fff]{2,7}?)(?=,?(?:已经|已|也|又|还|均|都|将|宣布|决定|计划|正式|陆续|彻底|全面|于同年|近日|日前|"
    r"[于在]\d{4}年(?:\d{1,2}月)?(?:底|初)?[^,;]{0,20}?|\d{1,2}月){0,4}"
    r"(?:关闭(?:了|在|其|位于|[^,;]{2,8}厂)|关停(?!并转)|退出(?:中国|[^,;]{2,6}市场)|撤出(?:中国|[^,;]{2,6}市场)|停产|裁员|破产|迁往|迁至|搬迁至|搬往|"
    r"(?:建成|正式|顺利)投产|开工建设|终止(?:[^,;]{2,16})?(?:项目|投资)))"
)
# 石首新达公司印染生产线: what is behind its form is no name.
_UP_TO_FORM = re.compile(r"[\u3400-\u9fff]{2,10}?(?:公司|集团|厂)|[\u3400-\u9fff]{2,14}")
# 关闭甲环印染、乙环制药和丙环包装等4家企业.
_ROW = re.compile(
    r"(?:将|关闭|包括|引进|如|有|^|(?<=[,;:]))([\u3400-\u9fff]{2,10}(?:、[\u3400-\u9fff]{2,12}){0,5}(?:[、和及][\u3400-\u9fff]{2,14}?))(?=等?\d+家|等[^,;。]{0,16}(?:企业|公司|厂家))"
)


def established(body: str) -> set[str]:
    """The short names that a text surely means as firms: told with a stock code, as who announces, in its headline.

    Examples
    --------
    >>> sorted(established("甲环科技(300999)公告,甲环科技拟建新厂"))
    ['甲环科技']
    """
    return {body[start:end].strip() for start, end in _sure(body)}


def short_names(text: str) -> Iterator[tuple[int, int]]:
    """Where a passage names a firm without its legal form.

    Examples
    --------
    >>> told = "格隆汇8月7日丨红太阳(000525.SZ)宣布"
    >>> [told[start:end] for start, end in short_names(told)]
    ['红太阳']
    >>> told = "Meanwhile, Texas Instruments announced plans to build a chip factory in Lehi."
    >>> [told[start:end] for start, end in short_names(told)]
    ['Texas Instruments']
    """
    for start, end in dict.fromkeys(_spans(text)):
        name = text[start:end]
        attends = len(name) == len("张三丰") and _ATTENDS.match(text, end)  # a person does, no firm
        if name not in _NOT_LATIN and not attends and not _NO_MAKER.search(name):
            yield start, end


def _spans(text: str) -> Iterator[tuple[int, int]]:
    yield from _sure(text)
    yield from _of_projects(text)
    yield from _in_rows(text)
    for found in (*_VISITED.finditer(text), *_ACTING.finditer(text)):
        if _of_a_trade(found[1]):
            yield found.start(1), found.end(1)
    yield from _leading(text)
    yield from japanese_names(text)
    if _IN_LATIN.search(text):
        yield from _in_latin(text)


def _in_latin(text: str) -> Iterator[tuple[int, int]]:
    """Where a passage in Latin letters names a firm."""
    for found in (
        *_WHICH.finditer(text),
        *_WHO_IS.finditer(text),
        *_OWNED.finditer(text),
        *_THE_GROUP.finditer(text),
        *_NEW_PLANT_OF.finditer(text),
    ):
        name, start = found[1], found.start(1)
        start += len(based[0]) if (based := _BASED.match(name)) else 0
        if name.split()[0] not in _NOT_LATIN and not places_in(text[start : found.end(1)]):
            yield start, found.end(1)
    yield from german_names(text)
    for found in _LATIN.finditer(text):
        name = _TAIL.sub("", found[1]).removesuffix(" Will").removesuffix(" Plans").removesuffix(" To")
        name = name[: tail.start()] if (tail := _OF_PLACE.search(name)) and places_in(tail[0]) else name
        end = found.start(1) + len(name)
        lead = _LEADING.match(name)
        start = found.start(1) + (lead.end() if lead else 0)
        start += len(based[0]) if (based := _BASED.match(text[start:end])) else 0
        if text[start:end].split()[0] in _NOT_LATIN or not (end - start > 2 or text[start:end].isupper()):
            continue
        if not any(place.start == 0 and place.end >= end - start for place in places_in(text[start:end])):
            yield start, end


def _sure(text: str) -> Iterator[tuple[int, int]]:
    for found in _CODED.finditer(text):
        start = found.start(1)
        before = _BEFORE.match(found[1])
        if before and len(found[1]) - before.end() >= 2:
            start += before.end()
        yield start, found.end(1)
    for found in _HEADLINE.finditer(text):
        if not _NO_FIRM.search(found[1].removesuffix("建设")):
            yield found.start(1), found.end(1)
    for found in (
        *_SUBSIDIARY.finditer(text),
        *_BROKEN.finditer(text),
        *_ONE.finditer(text),
        *_DESCRIBED.finditer(text),
        *_FUNDED.finditer(text),
        *_IS_ONE.finditer(text),
        *_WITH_GOVERNMENT.finditer(text),
        *_AGAIN.finditer(text),
    ):
        if not _NO_FIRM.search(found[1]):
            yield found.start(1), found.end(1)
    for found in _SAYS.finditer(text):
        start = found.start(2)
        before = _BEFORE.match(found[2])
        if before and len(found[2]) - before.end() >= 2:
            start += before.end()
        if not _NO_FIRM.search(text[start : found.end(2)]):
            yield start, found.end(2)


def _of_a_trade(name: str) -> bool:
    """Whether a word is a name: letters that are no word, and a trade; perhaps a place before."""
    trade = re.search(rf"(?:{lead_words().trades.pattern}|公司|厂)+$", name)
    places = [place for place in joined(places_in(name), name) if place.start == 0]
    core = name[places[-1].end if places else 0 : trade.start() if trade else 0].lstrip("省市县区")
    if trade is None and len(name) >= 3:  # 普利司通: letters that are no words
        core = name
    return len(core) >= 2 and not (_NO_CORE.search(core) or _NO_FIRM.search(core) or ordinary(core))


def _in_rows(text: str) -> Iterator[tuple[int, int]]:
    """Firms named in a row of several, told as firms behind it; each a name by its own letters."""
    for row in _ROW.finditer(text):
        items = [(row.start(1) + one.start(), one[0]) for one in re.finditer(r"[^、和及]+", row[1])]
        items = [(start, form[0]) for start, name in items if (form := _UP_TO_FORM.match(name))]
        sure = [(start, name) for start, name in items if len(name) >= 3 and _of_a_trade(name)]
        for start, name in items if sure else ():
            if (start, name) in sure or _led_by_a_name(name):
                yield start, start + len(name)


def _led_by_a_name(name: str) -> bool:
    """Whether two letters that are no word lead a product's: 越岚内衣, in a row with firms."""
    lead = name[:2]
    other = ordinary(lead) or _NO_CORE.search(lead) or _NO_FIRM.search(name) or places_in(lead)
    return 4 <= len(name) <= 6 and not other and ordinary(name[2:])


# What may stand directly before a well-known name; a place may too.
_FREE = re.compile(r"^$|[^\u3400-\u9fff]|[的由与和及元在市县区对将是为日了暨州省]")


@cache
def _well_known() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, lead_words().well_known), key=len, reverse=True))
    return re.compile(rf"(?:{names})(?:股份|集团|科技|汽车|电动车|化学|电子|新能源|能源|模塑|重工|半导体|药业)?")


def ordinary(core: str) -> bool:
    """Whether two letters in a row of a would-be name are a word that products bear."""
    return any(core[at : at + 2] in _words() for at in range(len(core) - 1))


@cache
def _words() -> frozenset[str]:
    """Two letters in a row that stand in names of products: words, and no names of firms."""
    with (registry.LIBRARY / "listed" / "text.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["piece"] for row in csv.DictReader(file) if len(row["piece"]) == 2)


@cache
def _projects() -> re.Pattern[str]:
    trades = lead_words().trades.pattern
    return re.compile(rf"{_BEFORE_PROJECT}((?:(?![的和与及在将于为由])[\u3400-\u9fff]){{2,9}}?(?:{trades}))")


# 投资10亿元的泰瑞医疗器械项目: the firm leads the name of its project.
_LED = re.compile(
    r"(?:(?<=亿元)|(?<=万元)|(?<=亿元的)|(?<=万元的)|(?<=亿的)|(?<=暨)|(?<=开工项目的)|(?<=主会场的))"
    r"((?!的)[\u3400-\u9fff][\u3400-\u9fffA-Za-z0-9]{3,26}?)(?:项目|工程|基地|产业园|工厂|[一二三四]期)"
)
_PROJECT_GOES_ON = re.compile(r"年产|[一二三四]期|产业园|生产基地")


@cache
def _trade() -> re.Pattern[str]:
    return re.compile(rf"技术|{lead_words().trades.pattern}")


def _leading(text: str) -> Iterator[tuple[int, int]]:
    """Two to four letters that are no word, before a word that products bear, at the head of a project's name."""
    for found in _LED.finditer(text):
        title, start = found[1] + text[found.end(1) : found.end()], found.start(1)
        named = joined(places_in(title), title)
        begin = next((place.end for place in named if place.start == 0), 0)
        begin += title.startswith(("省", "市", "县", "区"), begin) if begin else 0
        for length in (2, 3, 4):
            name, after = title[begin : begin + length], title[begin + length :]
            goes_on = after[:2] in _words() - {"项目", "工程"} or _PROJECT_GOES_ON.match(after)
            if goes_on or any(place.start == begin + length for place in named) or after[:2] in lead_words().no_places:
                length += len(trade[0]) if (trade := _trade().match(after)) else 0
                if not (_NO_CORE.search(name) or _NO_FIRM.search(name) or ordinary(name) or places_in(name)):
                    yield start + begin, start + begin + length
                break


def _of_projects(text: str) -> Iterator[tuple[int, int]]:
    """Firms by which projects are called: a name that everybody knows, or letters that are no word before a trade."""
    behind = {place.end for place in places_in(text)}
    for found in _well_known().finditer(text):
        if not _FREE.search(text[: found.start()][-1:]) and found.start() not in behind:
            continue  # letters of a longer word
        behind.add(-found.end())
        if not _INSIDE_NAME.match(text, found.end()) and _PROJECT_WORD.match(text[found.end() : found.end() + 40]):
            yield found.start(), found.end()
    for found in _projects().finditer(text):
        name = found[1]
        if -found.start() in behind:
            continue
        trade = next(iter(re.findall(rf"(?:{lead_words().trades.pattern})$", name)), "")
        places = [place for place in joined(places_in(name), name) if place.start == 0]
        place = places[-1].end if places else 0
        begin = found.start(1)
        if place and (name.startswith(("市", "县", "区"), place) or name[place - 1] in "市县区"):
            place += name.startswith(("市", "县", "区"), place)
            begin += place  # 某县越洋电子: the county is where, and no part of the name
        core = name[place : len(name) - len(trade)]
        if not 2 <= len(core) <= (4 if place else 3) or _NO_CORE.search(core) or _NO_FIRM.search(name):
            continue
        if ordinary(core):
            continue
        if _PROJECT_WORD.match(text[found.end(1) : found.end(1) + 40]):
            yield begin, found.end(1)
