"""How well are facts read? Labelled texts, halves told apart by their letters, figures with intervals, two baselines.

A file of labelled texts holds blocks parted by an empty line: ``@ day of the text``, the text, then a line per fact,
``= firm | kind stage site | name=value …``; ``-`` stands for none, site is open, comparing, decided or unknown (``-``).
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as File
from typing import NamedTuple

from chaingraph.leads.facts import Fact, facts_of
from chaingraph.leads.sentences.figures import amounts_in
from chaingraph.leads.sentences.kinds import SETTLED_STAGES, lead_kinds, lead_words
from chaingraph.leads.sentences.namings import firms_in
from chaingraph.leads.sentences.passages import cleaned, half_width
from chaingraph.leads.sentences.where import joined, lies_within, named_path, places_in
from chaingraph.matching.name_forms import normalise_name
from chaingraph.places.gazetteer import Path

FIELDS = ("amount", "place", "date", "instead", "land", "floor", "cap", "product")
_Z = 1.959963984540054  # of a 95 % interval


@dataclass(frozen=True)
class Labelled:
    """What a person says that a text states: firm, kind (as in firm_signals), stage, site, further values by name."""

    firm: str
    kind: str
    stage: str
    site: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class LabelledText:
    """A text with its labels; ``unseen``: of the half that nobody looks at while rules are written."""

    name: str
    published: str | None
    body: str
    labels: tuple[Labelled, ...]
    unseen: bool


class Share(NamedTuple):
    """So many of so many."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share, 0-1; NaN of nothing."""
        return self.hits / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Its 95 % interval by Wilson's formula; NaN of nothing.

        Examples
        --------
        >>> [round(end, 3) for end in Share(8, 10).interval]
        [0.49, 0.943]
        """
        if not self.of:
            return math.nan, math.nan
        share, spread = self.value, _Z**2 / self.of
        centre = (share + spread / 2) / (1 + spread)
        half = _Z * math.sqrt(share * (1 - share) / self.of + spread / (4 * self.of)) / (1 + spread)
        return max(0.0, centre - half), min(1.0, centre + half)


def read_labelled(folder: File) -> list[LabelledText]:
    """The labelled texts of a folder's ``.txt`` files, in order."""
    found = []
    for path in sorted(folder.glob("*.txt")):
        for number, block in enumerate(path.read_text(encoding="utf-8").strip().split("\n\n"), start=1):
            lines = block.strip().splitlines()
            body = cleaned("\n".join(line for line in lines[1:] if not line.startswith("=")))
            labels = tuple(_label(line[1:]) for line in lines if line.startswith("="))
            unseen = hashlib.sha256(body.encode()).digest()[0] % 2 == 1
            found.append(LabelledText(f"{path.stem}-{number}", lines[0][1:].strip() or None, body, labels, unseen))
    return found


def read_again(file: File) -> dict[str, tuple[Labelled, ...]]:
    """What a second reader says of some of the texts: blocks of ``@ name of the text`` and the lines of its facts."""
    blocks = [block.strip().splitlines() for block in file.read_text(encoding="utf-8").strip().split("\n\n")]
    return {lines[0][1:].strip(): tuple(_label(line[1:]) for line in lines[1:]) for lines in blocks}


def agreement(texts: Iterable[LabelledText], again: Mapping[str, Sequence[Labelled]]) -> dict[str, Share]:
    """How far two readers agree on the texts that both have read.

    Returns
    -------
    dict
        ``texts``: with the same firms and kinds; ``facts``: firm and kind told by both, of those told by either;
        ``stage`` and ``site`` of the facts told by both.

    Examples
    --------
    >>> from dataclasses import replace
    >>> one = Labelled("宁波甲环有限公司", "land", "", "decided", {})
    >>> told = LabelledText("a", None, "", (one,), unseen=False)
    >>> agreement([told], {"a": [replace(one, site="unknown")]})["site"]
    Share(hits=0, of=1)
    """
    counts = {name: [0, 0] for name in ("texts", "facts", "stage", "site")}
    for text in texts:
        if text.name not in again:
            continue
        firsts, seconds = list(text.labels), list(again[text.name])
        shared = []
        for first in firsts:
            match = next((one for one in seconds if one.kind == first.kind and same_firm(one.firm, first.firm)), None)
            if match is not None:
                seconds.remove(match)
                shared.append((first, match))
        counts["texts"][0] += len(shared) == len(firsts) and not seconds
        counts["texts"][1] += 1
        counts["facts"][0] += len(shared)
        counts["facts"][1] += len(firsts) + len(seconds)
        for name in ("stage", "site"):
            counts[name][0] += sum(getattr(one, name) == getattr(other, name) for one, other in shared)
            counts[name][1] += len(shared)
    return {name: Share(*pair) for name, pair in counts.items()}


def _label(line: str) -> Labelled:
    firm, said, values = (part.strip() for part in (*line.split("|"), "")[:3])
    kind, stage, site = said.split()
    pairs = re.findall(r"(\w+)=(.*?)(?=\s\w+=|$)", values)
    return Labelled(firm, kind, stage.strip("-"), "unknown" if site == "-" else site, dict(pairs))


Reader = Callable[[LabelledText, Path], Sequence[Fact]]


def read_facts(text: LabelledText, region: Path) -> Sequence[Fact]:
    """What the rules read."""
    return facts_of(text.body, published=text.published, region=region)


def nearest_name(text: LabelledText, region: Path, *, amounts: bool = False) -> Sequence[Fact]:
    """The baseline: a keyword of a kind, and the firm named nearest to it; on request the nearest amount too."""
    plain = half_width(text.body)
    firms = firms_in(plain)
    found: dict[tuple[str, str], Fact] = {}
    for kind in lead_kinds().values():
        for word in _keywords(kind.name).finditer(plain) if firms else ():
            firm = min(firms, key=lambda one: abs(one.start - word.start()))
            places = joined(places_in(plain), plain)
            place = min(places, key=lambda one: abs(one.start - word.start()), default=None)
            here = lies_within(place.path, region) if place else None
            settled = kind.name in ("expansion", "land", "filing", "new_unit") and here is not None
            site = "unknown" if not settled else "decided_here" if here else "decided_elsewhere"
            near = min(amounts_in(plain), key=lambda one: abs(one.start - word.start()), default=None)
            fact = Fact(
                firm.name,
                None,
                kind.name,
                kind.signal,
                kind.stage,
                site,
                text.published,
                near if amounts else None,
                None,
                None,
                None,
                place.text if place else None,
                place.path if place else (),
                None,
                None,
                None,
                word.start(),
                word.end(),
            )
            found.setdefault((firm.name, kind.signal), fact)
    return list(found.values())


def _keywords(kind: str) -> re.Pattern[str]:
    if kind == "expansion":
        return re.compile("签约|开工|投产|落户|拟投资|plant|factory")
    return lead_kinds()[kind].words or re.compile(r"(?!)")


def score(texts: Iterable[LabelledText], region: Path, reader: Reader = read_facts) -> dict[str, dict[str, Share]]:
    """Precision and recall of firm and kind together, by kind; stage, site and fields of the facts that were found.

    Returns
    -------
    dict
        ``precision`` and ``recall`` by kind (``all`` first); ``stage``, ``site`` by label; ``fields``: right among the
        facts found for which the label gives a value; ``told``: right among the values that were read;
        ``decided``: recall of ended and decided elsewhere, and how many of those are shown as a reason to call.
    """
    counts: dict[tuple[str, str], list[int]] = {}

    def count(table: str, row: str, *, hit: bool) -> None:
        held = counts.setdefault((table, row), [0, 0])
        held[0] += hit
        held[1] += 1

    for text in texts:
        facts = list(reader(text, region))
        pairs = _paired(text.labels, facts)
        for number, one in enumerate(facts):
            for row in ("all", one.signal):
                count("precision", row, hit=number in pairs.values())
        for number, label in enumerate(text.labels):
            fact: Fact | None = facts[pairs[number]] if number in pairs else None
            for row in ("all", label.kind):
                count("recall", row, hit=fact is not None)
            wanted = _site(label, region)
            if label.stage == "ended" or wanted == "decided_elsewhere":
                known = fact is not None and (fact.stage == label.stage == "ended" or fact.site == wanted)
                count("decided", "recall", hit=known)
                count("decided", "shown_as_a_reason", hit=fact is not None and _reason(fact))
            if fact is None:
                continue
            count("stage", label.stage or "none", hit=(fact.stage or "") == label.stage)
            count("stage", "all", hit=(fact.stage or "") == label.stage)
            for row in ("all", wanted):
                count("site", row, hit=fact.site == wanted)
            for name in FIELDS:
                read = _value(fact, name)
                if name in label.values:
                    count("fields", name, hit=_right(fact, name, label.values[name]))
                if read is not None and (name in label.values or name != "instead" or fact.instead):
                    count("told", name, hit=name in label.values and _right(fact, name, label.values[name]))
    result: dict[str, dict[str, Share]] = {}
    for (table, row), (hits, of) in sorted(counts.items(), key=lambda one: (one[0][0], one[0][1] != "all", one[0][1])):
        result.setdefault(table, {})[row] = Share(hits, of)
    return result


def _reason(fact: Fact) -> bool:
    """Whether a fact would be shown as a reason to call, were it young enough (`listing`)."""
    kind = lead_kinds()[fact.kind]
    silent = kind.said_open and fact.site not in ("open", "comparing")
    settled = fact.stage in (*SETTLED_STAGES, "ended") or fact.site.startswith("decided")
    return kind.months > 0 and not silent and not settled


def _paired(labels: Sequence[Labelled], facts: Sequence[Fact]) -> dict[int, int]:
    """Which fact is which label: same firm and kind, each once; equal stages before others."""
    pairs: dict[int, int] = {}
    for by_letters, strict in ((True, True), (True, False), (False, True), (False, False)):
        for number, label in enumerate(labels):
            for place, fact in enumerate(facts):
                if number in pairs or place in pairs.values() or fact.signal != label.kind:
                    continue
                alike = (_inside if by_letters else same_firm)(label.firm, fact.firm)
                if alike and (not strict or (fact.stage or "") == label.stage):
                    pairs[number] = place
    return pairs


def _inside(one: str, other: str) -> bool:
    """Whether two names are equal, or the shorter lies in the longer and is not much shorter."""
    a, b = normalise_name(one), normalise_name(other)
    short, long = sorted((a, b), key=len)
    return a == b or (short in long and len(short) >= 0.6 * len(long))


def same_firm(one: str, other: str) -> bool:
    """Whether two names mean one firm: by their letters, or one is the other's short name.

    A short name leaves out what says form, trade or seat; of an English one, words of form or trade, and where it sits.

    Examples
    --------
    >>> same_firm("苏州甲乙科技有限公司", "昆山甲乙科技有限公司"), same_firm("德国甲乙集团", "甲乙集团")
    (False, True)
    >>> same_firm("甲乙", "甲乙汽车"), same_firm("武汉甲乙", "甲乙纸业"), same_firm("甲乙矿", "海南甲乙矿股份有限公司")
    (True, False, True)
    >>> same_firm("Jaxa", "Jaxa Genomics"), same_firm("Jaxa Genomics", "Jaxa Tyres")
    (True, False)
    """
    if _inside(one, other):
        return True
    short, long = sorted((one.strip(), other.strip()), key=lambda name: len(normalise_name(name)))
    if short.isascii() and long.isascii():
        rest = long.removeprefix(short)
        return len(short) > 2 and rest != long and _ENGLISH_REST.fullmatch(rest) is not None
    a, b = _without_form(short), _without_form(long)
    at = b.find(a) if len(a) > 1 else -1
    if at < 0:
        return False
    seat, trade = b[:at], b[at + len(a) :]
    seats = joined(places_in(seat), seat)
    sits = not seat or (len(seats) == 1 and not seat[seats[0].end :].strip("省市县区") and not seats[0].start)
    return (
        sits and re.fullmatch(rf"(?:{lead_words().trades.pattern}|技术|投资|控股|工业|发展|制造)*", trade) is not None
    )


# What may follow a short English name: words of form or trade, and where the firm sits.
_ENGLISH_REST = re.compile(
    r"(?:,?\s(?:(?:Co|Corp|Inc|Ltd)\.?|Corporation|Company|Group|Holdings?|AG|SE|GmbH|plc|NV|AB|LLC|Motors?|Pharma|"
    r"Pharmaceuticals?|Therapeutics|Bio(?:tech|sciences|pharma)?|Biotechnology|Genomics|Medicine|Medical|Technolog(?:y|ies)|"
    r"Energy|Materials?|Automotive|Semiconductors?|Electronics?|Industr(?:y|ies)|Chemicals?|Systems|International)|"
    r"\s\([A-Z][a-z]+\)|\sof\s[A-Z][a-z]+)+"
)


def _without_form(name: str) -> str:
    """A Chinese name without brackets and legal form, as short names leave them out."""
    return re.sub(r"(?:股份|有限|责任|集团|公司)+$", "", normalise_name(re.sub(r"[(（][^()（）]*[)）]", "", name)))


def _site(label: Labelled, region: Path) -> str:
    if label.site != "decided":
        return label.site
    wanted = label.values.get("instead") or label.values.get("place", "")
    path = _meant(wanted)
    here = lies_within(path, region) if path else None
    return "unknown" if here is None else "decided_here" if here else "decided_elsewhere"


def _meant(place: str) -> Path:
    """The place that words mean, the innermost where several are named."""
    return named_path(place) or max((one.path for one in joined(places_in(place), place)), key=len, default=())


def _all_meant(place: str) -> list[Path]:
    """Every place that a label names: South Korea and India."""
    named = [_meant(part) for part in re.split(r"\sand\s|[、和]", place)]
    return [path for path in (named_path(place) or _meant(place), *named) if path]


def _value(fact: Fact, name: str) -> object:
    held: dict[str, object] = {
        "amount": fact.amount,
        "place": fact.place,
        "date": fact.date,
        "instead": fact.instead or (fact.place if fact.signal == "relocation" else None),
        "land": fact.land_mu,
        "floor": fact.floor_m2,
        "cap": fact.capacity,
        "product": fact.product,
    }
    return held[name]


def _right(fact: Fact, name: str, wanted: str) -> bool:
    if name == "amount":
        number = wanted.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")  # as labels are written: 120 or 120USD, in millions
        told = fact.amount
        return (
            told is not None
            and told.currency == (wanted.removeprefix(number) or "CNY")
            and math.isclose(told.million, float(number), rel_tol=1e-3)
        )
    if name in ("land", "floor"):
        value = fact.land_mu if name == "land" else fact.floor_m2
        return value is not None and math.isclose(value, float(wanted), rel_tol=1e-3)
    if name in ("place", "instead"):
        said = str(_value(fact, name) or "")
        at = fact.path if said == fact.place else _meant(said)
        # 成都高新区 is right where its words stand in what was read, though a zone is no part of the path.
        return bool(at) and (wanted in said or any(at[: len(path)] == path for path in _all_meant(wanted)))
    if name == "date":
        return (fact.date or "").startswith(wanted)  # a day where the label knows the month says more, not otherwise
    if name == "cap":
        return fact.capacity is not None and wanted.startswith(fact.capacity)  # 38.5万吨, of which the label says what
    if name == "product":
        return fact.product is not None and (wanted in fact.product or fact.product in wanted)
    return _value(fact, name) == wanted
