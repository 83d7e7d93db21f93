"""对外版: what an investor may be handed, as PDF; nothing that is internal enters it, whatever the case holds.

Only these are told: names of segments and whether a firm is here; names and towns of local firms whose row is read from
a source; land and premises with area left, unless nobody is sure of it; policies in force on the day; the office. No
targets, gaps' reasons, scores, contacts, leads or questions.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from chaingraph.errors import MissingExtraError, UnknownNameError
from chaingraph.labels import both
from chaingraph.model.case import rows_of
from chaingraph.model.columns import is_missing, split
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.places.regions import is_within, place_text
from chaingraph.wording.english import english_of
from chaingraph.wording.phrases import names_by_id
from chaingraph.writers.files import write_bytes
from chaingraph.writers.harmless import clean_text
from chaingraph.writers.work import INVESTOR

# Fonts by script: the first that is installed is embedded.
_FONTS = {
    "zh": ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "SimHei"),
    "ja": ("Noto Sans CJK JP", "Noto Sans JP", "Yu Gothic", "Meiryo"),
    "ko": ("Noto Sans CJK KR", "Noto Sans KR", "Malgun Gothic"),
}
_HERE = ("thin", "weak", "present", "present_unlisted", "normal", "strong")
_MU_PER_HECTARE = 15
_MOST = 12  # firms, sites and policies of each kind
_A4 = (8.27, 11.69)  # inches
_LEFT, _TOP, _BOTTOM = 0.09, 0.93, 0.07  # of the page
_WIDTH = 92.0  # Latin characters of 10 points on a line; Chinese ones count as two
_STEP = 0.0195  # of the page, from line to line of 10 points


def write_investor(
    findings: Findings,
    graph: ChainGraph,
    chain: str,
    path: str | Path,
    *,
    on: str,
    office: str,
    office_en: str = "",
    language: str = "zh",
) -> list[tuple[str, int]]:
    """Write what an investor may be handed about a chain; a part of which nothing can be published is left out.

    Parameters
    ----------
    chain
        The chain's id or name.
    on
        The day: policies that have ended by then are left out.
    office
        The office that answers, with its public channel; no person.
    office_en
        Its English name, for all forms but the Chinese; "": as the case's translations have it. Where neither is known
        the page says that it is to be added.
    language
        One of `INVESTOR`; all but Chinese say that a person has to check them.

    Returns
    -------
    list of (part, count)
        What was held back: ``firms`` local makers of the chain that no source was read for, ``space`` and ``policy``
        where there is none that can be told (0).

    Raises
    ------
    UnknownNameError
        When there is no such chain or language.
    MissingExtraError
        When matplotlib or a font of the script is not installed.
    """
    if language not in INVESTOR:
        raise UnknownNameError(both("work.no_language", name=language, choices=", ".join(INVESTOR)))
    chain_id = graph.chain_id(chain)
    lines = investor_lines(findings, graph, chain_id, on=on, office=office, office_en=office_en, language=language)
    write_bytes(_pdf(lines, language), Path(path))
    return _held_back(findings, graph, chain_id, on)


def investor_lines(
    findings: Findings,
    graph: ChainGraph,
    chain_id: str,
    *,
    on: str,
    office: str,
    office_en: str = "",
    language: str,
) -> list[tuple[str, str]]:
    """What stands on the pages: (kind, words), kind being title, head, text or note."""
    lang = "zh" if language == "zh" else "en"
    gaps = findings.gaps[lang]
    gaps = gaps[gaps["chain_id"] == chain_id]
    name = str(gaps["chain"].iloc[0]) if len(gaps) else names_by_id(graph, "chains", lang)[chain_id]
    joint = "、" if language == "zh" else ", "

    def said(entry: str, **values: object) -> str:
        return _sentences()[entry][language].format(**values)

    def named(words: object) -> str:
        """A name of the case: in English where that is known, else as it stands, for the person who checks."""
        return str(words) if language == "zh" else english_of(graph).known(str(words)) or str(words)

    have = [str(row["segment"]) for row in rows_of(gaps) if row["state"] in _HERE]
    wanted = [str(row["segment"]) for row in rows_of(gaps) if row["state"] not in _HERE]
    known = office_en or english_of(graph).known(office)
    called = office if language == "zh" or office.isascii() else known or f"{office} {said('unnamed')}"
    told = {
        "chain": [
            *([said("segments", have=joint.join(have))] if have else []),
            *([said("wanted", open=joint.join(wanted))] if wanted else []),
        ],
        "firms": [f"·  {each}" for each in _firms(findings, graph, set(gaps["segment_id"]), lang)],
        "space": [f"·  {each}" for each in _space(graph, said, named)],
        "policy": [f"·  {each}" for each in _policies(graph, chain_id, on, named)],
        "contact": [said("office", office=_spaced(called) if language == "zh" else called)],
    }
    parts = [(head, several) for head, several in told.items() if several]
    return [
        ("title", said("title", region=place_text(findings.region, lang), chain=name)),
        ("note", said("draft")),
        *(
            line
            for number, (head, several) in enumerate(parts)
            for line in (
                (
                    "head",
                    f"{'一二三四五'[number]}、{said(head)}" if language == "zh" else f"{number + 1}. {said(head)}",
                ),
                *(("text", each) for each in several),
            )
        ),
        ("note", said("basis", day=on)),
    ]


def _spaced(name: str) -> str:
    """A name within a Chinese sentence: a blank beside Latin letters and numbers."""
    return f"{' ' if name[:1].isascii() else ''}{name}{' ' if name[-1:].isascii() else ''}"


def _held_back(findings: Findings, graph: ChainGraph, chain_id: str, on: str) -> list[tuple[str, int]]:
    """What the pages do not tell, and of how many: for whoever makes them, never on the pages."""
    gaps = findings.gaps["zh"]
    segments = set(gaps.loc[gaps["chain_id"] == chain_id, "segment_id"])
    waits = len(_local(findings, graph, segments)) - len(_local(findings, graph, segments, read=True))
    found = [("firms", waits)] if waits else []
    found += [("space", 0)] if not _space(graph, lambda *_, **__: "", str) else []
    return found + ([("policy", 0)] if not _policies(graph, chain_id, on, str) else [])


@cache
def _sentences() -> dict[str, dict[str, str]]:
    path = files("chaingraph") / "library" / "investor" / "sentences.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _local(findings: Findings, graph: ChainGraph, segments: set[str], *, read: bool = False) -> pd.DataFrame:
    """Local firms of the chain; only those that a source was read for, where asked."""
    makes = graph["firm_segments"]
    makes = makes[makes["segment_id"].isin(segments)]
    if read:
        makes = makes[(makes["confidence"] == "seen") & (makes["basis"] != "seat")]
    own = graph["firms"][graph["firms"]["firm_id"].isin(set(makes["firm_id"]))]
    places = zip(own["country"], own["province"], own["city"], own["district"], strict=True)
    here = [is_within(place, findings.region) is True for place in places]
    return own[pd.Series(here, index=own.index, dtype="bool")]


def _firms(findings: Findings, graph: ChainGraph, segments: set[str], lang: str) -> list[str]:
    """Local makers of the chain that a source was read for, by name: nothing of what is only presumed or guessed."""
    own = _local(findings, graph, segments, read=True)
    ranks = dict(zip(findings.leaders[lang]["firm_id"], findings.leaders[lang]["rank"], strict=True))
    names = own["firm_en"].fillna(own["firm"]) if lang == "en" and "firm_en" in own else own["firm"]
    last = len(ranks) + 1
    ordered = sorted(zip(own["firm_id"], names, strict=True), key=lambda each: (ranks.get(each[0], last), each[0]))
    return [str(name) for _, name in ordered[:_MOST]]


def _space(graph: ChainGraph, said: Any, named: Callable[[object], str]) -> list[str]:
    """Land and premises that have some area left; not those of which nobody is sure."""
    found = []
    for table, name, area, entry in (
        ("parcels", "parcel", "area_mu", "land"),
        ("premises", "premise_id", "floor_m2", "floor"),
    ):
        for row in rows_of(graph[table]):
            if not is_missing(row[area]) and float(row[area]) > 0 and row["confidence"] != "unsure":
                zone = "-" if is_missing(row["zone"]) else named(row["zone"])
                size, hectares = float(row[area]), round(float(row[area]) / _MU_PER_HECTARE, 1)
                values = {"area": f"{size:,.10g}", "hectares": f"{hectares:,.10g}"}
                found.append(said(entry, name=named(row[name]), zone=zone, **values))
    return found[:_MOST]


def _policies(graph: ChainGraph, chain_id: str, on: str, named: Callable[[object], str]) -> list[str]:
    """Policies of the chain, or of all, that have begun and have not ended by the day, with their number."""
    chain = dict(zip(graph["chains"]["chain_id"], graph["chains"]["chain"], strict=True)).get(chain_id, chain_id)
    found = []
    for row in rows_of(graph["policies"]):
        chains = split(row["chains"])
        ended = not is_missing(row["valid_to"]) and str(row["valid_to"]) < on[: len(str(row["valid_to"]))]
        begun = is_missing(row["valid_from"]) or str(row["valid_from"]) <= on
        if begun and not ended and (not chains or chain in chains or chain_id in chains):
            number = "" if is_missing(row["doc_no"]) else f"（{row['doc_no']}）"
            found.append(f"{named(row['policy'])}{number}")
    return found[:_MOST]


def _pdf(lines: Sequence[tuple[str, str]], language: str) -> bytes:
    """The lines on A4 pages, text as text."""
    try:
        import matplotlib as mpl
        from matplotlib import font_manager
        from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(both("errors.extra_charts")) from error
    installed = {font.name for font in font_manager.fontManager.ttflist}
    wanted = (*_FONTS.get(language, ()), *_FONTS["zh"])
    fonts = [name for name in wanted if name in installed]
    if not fonts:
        raise MissingExtraError(both("charts.no_font"))
    looks = {
        "title": (19, "#1b3a5c", 2.2),
        "head": (13, "#1b3a5c", 1.7),
        "text": (10, "#202020", 1.0),
        "note": (8.5, "#8a4b00", 1.0),
    }
    buffer = BytesIO()
    settings: Any = {"font.family": [*fonts, "DejaVu Sans"], "text.parse_math": False}
    about = {"CreationDate": None, "Creator": "chaingraph", "Producer": "chaingraph"}
    with mpl.rc_context(settings), PdfPages(buffer, metadata=about) as pages:
        figure, top = Figure(figsize=_A4), _TOP
        FigureCanvasPdf(figure)
        for kind, words in lines:
            size, colour, step = looks[kind]
            top -= _STEP * (0.7 if kind in ("head", "note") else 0.0)
            for part in _broken(clean_text(words).replace("\n", " "), _WIDTH * 10 / size):
                if top < _BOTTOM + (2 * _STEP if kind == "head" else 0):  # a head is followed by a line of its part
                    pages.savefig(figure)
                    figure, top = Figure(figsize=_A4), _TOP
                    FigureCanvasPdf(figure)
                figure.text(_LEFT, top, part, fontsize=size, color=colour, va="top")
                top -= _STEP * step
        pages.savefig(figure)
    return buffer.getvalue()


def _broken(words: str, most: float) -> list[str]:
    """A text in lines of so many Latin characters; Latin words are kept whole."""
    from chaingraph.writers.cell_text import shown_width

    made, line = [], ""
    for piece in _pieces(words):
        if line and shown_width(line + piece) > most:
            made.append(line)
            line = piece.lstrip()
        else:
            line += piece
    return [*made, line] if line or not made else made


def _pieces(words: str) -> list[str]:
    """Latin words with the blank before them, all other letters one by one."""
    pieces: list[str] = []
    for letter in words:
        if pieces and letter in "，。、；：）”!?,.;:)":  # closes what stands before it
            pieces[-1] += letter
            continue
        if pieces and pieces[-1][-1] in "（〔《“":  # opens what comes after it
            pieces[-1] += letter
            continue
        joined = pieces and letter.isascii() and not letter.isspace() and pieces[-1][-1].isascii()
        if joined and not (pieces[-1].isspace() and len(pieces[-1]) > 1):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces
