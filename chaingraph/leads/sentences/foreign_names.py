"""Firms named in German and Japanese texts, by the grammar of who acts: before the verb, before the particle."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chaingraph.leads.sentences.where import places_in

_WORD = r"[A-ZÀ-Ý][A-Za-z0-9&À-ÿ.'-]*"
_ACTS = (
    r"schließ(?:t|en)|schliesst|schloss|streich(?:t|en)|verlager(?:t|n|te)|eröffne(?:t|n|te)|investier(?:t|en|te)|"
    r"errichte(?:t|n|te)|bau(?:t|te|en)|entlässt|entlassen|kündig(?:t|te)|plan(?:t|en|te)|stellt|meldet|meldete|"
    r"beantragt|zieht|gibt|will|wollen|wird|hat|steck(?:t|en)|erweiter(?:t|te)|macht|setzt|verdoppelt|produziert|fertigt|leg(?:t|te)|verkauf(?:t|te)"
)
# Words with a capital letter before the verb, from the beginning of the clause on; the last of them are the name.
_BEFORE = re.compile(
    rf"(?:^\s*|(?<=[.;:!?\n]\s)|(?<=\n)|(?<=[a-z] [Hh]ersteller )|(?<=hersteller )|"
    rf"(?<=zulieferer )|(?<=konzern )|(?<=unternehmen )|(?<=spezialist ))"
    rf"({_WORD}(?:\s{_WORD}){{0,5}})(?:\saus\s{_WORD})?(?=,?\s(?:{_ACTS})\b)"
)
# What a firm is, before its name: Der Mannheimer Kunststoffspezialist Jaxa.
_IS = re.compile(
    r"^(?:.*\s)?\S*(?:[Uu]nternehmen|[Hh]ersteller|[Zz]ulieferer|[Kk]onzern|[Ss]pezialist|[Ff]irma|[Gg]ruppe|[Pp]roduzent|[Bb]auer|"
    r"[Aa]nbieter|[Rr]iese|[Tt]ochter)s?\s(?=[A-ZÀ-Ý])|^(?:Der|Die|Das|Dem|Den|Des|Auch)\s"
)
_MAKER = re.compile(
    rf"(?:[Hh]ersteller|[Zz]ulieferer|[Kk]onzern|[Ss]pezialist|[Ff]irma)s?\s({_WORD}(?:\s{_WORD}){{0,2}})(?=[\s.,]|$)"
)
_BEHIND = re.compile(
    rf"\b(?:will|wollen|schließt|streicht|verlagert|plant|hat|bei)\s({_WORD}(?:\s{_WORD}){{0,2}})"
    r"(?=\s(?:bei|in|aus|ein|das|die|den|sein|seine|verkündet|am)\b)"
)
_GERMAN = re.compile(
    r"\b(?:gibt|baut|legt|macht|erweitert|eröffnet|errichtet|verdoppelt|verlegt|investiert|steckt|für|mit|auf|aus|der|die|das|und|im|wird|werden|soll|will|Werke?|Standorte?|Stellen|schließt|streicht|verlagert)\b"
)
_ENGLISH = re.compile(r"\b(?:the|of|and|its|said)\b")
# Nouns are written with a capital letter too.
_NOT_NAMES = {
    "Das", "Der", "Die", "Den", "Dem", "Ein", "Eine", "Am", "Im", "In", "An", "Auf", "Bei", "Für", "Mit", "Nach", "Es",
    "Er", "Sie", "Wir", "Dies", "Diese", "Dieses", "Damit", "Doch", "Nun", "Auch", "Laut", "Geplant", "Unternehmen",
    "Konzern", "Werk", "Werke", "Standort", "Mitarbeiter", "Beschäftigte", "Stellen", "Produktion", "Arbeitsplätze",
    "Hintergrund", "Betroffen", "Bis", "Ab", "Seit", "Zudem", "Außerdem", "Jüngstes", "Weltkonzern", "Autozulieferer",
    "Dort", "Hier", "So",
}  # fmt: skip
_KANA = re.compile(r"[\u3041-\u3096\u30a1-\u30fa]")
_RUN = r"[\u3400-\u9fff\u30a1-\u30fa\u30fcA-Za-z0-9&・.-]"
# Who acts stands at the head of a clause, or behind what he is: EMS大手のX, 受託生産最大手X.
_CLAUSE = (
    r"(?:^\s*|(?<=[。、,;:!?\n\)「」▼■●])|(?<=手の)|(?<=手)(?!の)|"
    r"(?<=メーカーの)|(?<=メーカー)(?!の)|(?<=業の)|(?<=では))"
)
_PARTICLE = re.compile(rf"{_CLAUSE}({_RUN}{{2,20}}?)(?:\([^()]{{1,20}}\))?(?=[はがも])(?!はじ|もの|がん)")
# 三井化学の新工場が完工, 甲環の惠州の拠点も閉鎖.
_OWNS = re.compile(
    rf"{_CLAUSE}({_RUN}{{2,20}}?)の(?=[^。、,;]{{0,24}}(?:工場|工场|設備|设备|拠点|ライン|子会社)(?:の一部)?[はがも])"
)
# A line of a digest: 甲環工業、広州の子会社を閉鎖(8日).
_LINE = re.compile(rf"(?:^\s*|(?<=[。;:\n\)月]))({_RUN}{{2,20}}?)、(?=[^。;]{{2,48}}(?:\(\d{{1,2}}日\)|$))")
# What acts in a text and is no firm: by its end or as a whole.
_NO_FIRM = re.compile(
    r"(?:工場|工场|同社|会社|企業|企业|各社|両社|两社|子会社|本社|当社|自社|他社|社長|社长|会長|会长|投資|投资|投資額|投资额|"
    r"数|額|额|率|場所|场所|用地|敷地|面積|面积|市場|市场|需要|事業|事业|設備|设备|拠点|生産|生产|能力|製品|制品|部品|部門|部门|"
    r"計画|计画|計划|计划|政府|当局|地区|地域|同国|同市|同省|同氏|関係者|关系者|従業員|员|業界|业界|景気|経済|经济|価格|"
    r"成長|成长|販売|贩売|贩卖|売上|売上高|受注|理由|影響|影响|目的|今回|今年|今後|今后|昨年|来年|当初|現地|现地|国内|海外|中国|日本|"
    r"日系|米国|アジア|省|市|県|县|区|国|年|月|日|者|化|性|力|分|件|的|品|量|竣工|着工|稼働|開始|开始|完成|完工|操業|増加|减|予定|新設|"
    r"ライン|メーカー|サプライヤー|センター|グループ会社|コスト|プロジェクト|サービス|ニュース|モデル|投資家|株式|報道|报道|発表|発表会|一部|製|向け|技術|动き|動き|中)$"
)
_SHORTEST = 2
_DATE = re.compile(r"^(?:\d{4}年)?(?:\d{1,2}月)?(?:\d{1,2}日)?")


def german_names(text: str) -> Iterator[tuple[int, int]]:
    """Where a German passage names a firm without its legal form.

    Examples
    --------
    >>> told = "Autozulieferer Jaxa Antriebe schließt Werk in Zwickau"
    >>> [told[start:end] for start, end in german_names(told)]
    ['Jaxa Antriebe']
    """
    if not _GERMAN.search(text) or _ENGLISH.search(text):
        return
    seen = set[int]()
    for found in (*_BEFORE.finditer(text), *_MAKER.finditer(text), *_BEHIND.finditer(text)):
        told = _IS.match(found[1])
        start = found.start(1) + (told.end() if told else 0)
        if start in seen:
            continue
        seen.add(start)
        name = text[start : found.end(1)]
        if (
            name
            and not {*name.split()} & _NOT_NAMES
            and not any(place.end - place.start == len(name) for place in places_in(name))
        ):
            yield start, found.end(1)


def japanese_names(text: str) -> Iterator[tuple[int, int]]:
    """Where a Japanese passage names a firm without its legal form.

    Examples
    --------
    >>> told = "甲環化成は広東省に新工場を建てる"
    >>> [told[start:end] for start, end in japanese_names(told)]
    ['甲環化成']
    """
    if not _KANA.search(text):
        return
    for found in (*_PARTICLE.finditer(text), *_OWNS.finditer(text), *_LINE.finditer(text)):
        name = _DATE.sub("", found[1]).strip("・-.")
        if len(name) < _SHORTEST or _NO_FIRM.search(name) or name[0].isdigit() or re.search(r"\d[年月日]", name):
            continue
        start = found.start(1) + found[1].find(name)
        if not any(place.start == 0 and place.end >= len(name) for place in places_in(name)):
            yield start, start + len(name)
