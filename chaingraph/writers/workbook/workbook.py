"""The workbook that recruiting teams receive: what a profile asks for, filled from what a run found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pandas as pd

from chaingraph.choosing.teams import Team, in_teams, teams
from chaingraph.labels import text
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import GAP_STATES, MARK_COLUMNS, MARKS, RANKED_TIERS
from chaingraph.model.results.told import sentences_apart
from chaingraph.places.regions import place_text
from chaingraph.wording.english import english_of
from chaingraph.wording.phrases import in_words, names_by_id, say
from chaingraph.writers.cell_text import code_text, fitting
from chaingraph.writers.files import write_bytes
from chaingraph.writers.workbook import frames
from chaingraph.writers.workbook import lists as list_frames
from chaingraph.writers.workbook.evidence import evidence, facts
from chaingraph.writers.workbook.marks import Marks, no_marks, place_marks
from chaingraph.writers.workbook.method import method
from chaingraph.writers.workbook.pictures import add_pictures
from chaingraph.writers.workbook.profile import Profile, SheetPlan, load_profile
from chaingraph.writers.workbook.sheet import (
    GRADE_COLOURS,
    Book,
    add_table,
    line_count,
    link_sheet,
    open_book,
    row_height,
    set_print,
)

_TEXT_WIDTH = 110
_NAME_WIDTH = 26
_MAIN_TAB, _CHAIN_TAB, _TEAM_TAB, _LIST_TAB = "#1F3864", "#2E75B6", "#548235", "#7F7F7F"
_EMPTY_ROWS = 12  # to fill in, where a list has no data
_KEYS = ("firm_id", "segment_id")  # what marks are found by when they are read back


def write_workbook(
    findings: Findings,
    graph: ChainGraph,
    path: str | Path,
    *,
    lang: str = "zh",
    profile: str | Path = "zhejiang",
    marks: Marks | None = None,
    pictures: bool = True,
) -> None:
    """Write what a run found as one Excel workbook, made to be read, filtered, filled in and printed.

    The profile says which sheets there are, in which order, and with which columns, captions and pictures. An empty
    cell means "not known". The same findings give the same bytes.

    Parameters
    ----------
    findings
        What a survey found.
    graph
        The graph that was surveyed.
    path
        The file to write, ``.xlsx``; it is written whole or not at all.
    lang
        zh or en; a profile that names a language uses that one.
    profile
        ``zhejiang`` (浙江三图), ``situ_wuqingdan`` (四图五清单), ``wutu_wuqingdan`` (五图五清单), ``liutu_liuqingdan``
        (六图六清单), ``english``, or the path of a TOML file of your own.
    marks
        Status, owner and notes that people filled in before (`workbook.marks.read_marks`); they return to their rows;
        those without a row, or filled in differently in two places, go on a sheet of their own.
    pictures
        Whether the profile's pictures are images (slow); otherwise, and where matplotlib
        (``pip install 'chaingraph[charts]'``) or a font with Chinese characters is not installed, they are drawn with
        cells.

    Raises
    ------
    UnknownNameError
        When there is no such profile, or its file is wrong; the message names the key and the choices.
    StoreError
        When the file cannot be written; an older file in its place is untouched.

    Examples
    --------
    >>> import tempfile
    >>> import chaingraph as cg
    >>> graph = cg.build_graph(cg.load_example())
    >>> found = cg.survey(graph, region="嘉兴", reference=None, draws=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_workbook(found, graph, Path(folder, "list.xlsx"), profile="english", pictures=False)
    ...     Path(folder, "list.xlsx").read_bytes()[:2]
    b'PK'
    """
    plan = load_profile(profile)
    lang = plan.lang or lang
    shown = in_words(in_teams(frames.targets(findings, graph, lang), graph), lang)
    shown, problems = place_marks(shown, marks or no_marks(), graph, lang)
    parts = list(_parts(plan, findings, graph, lang, marked=bool(len(problems))))
    region = place_text(findings.region, lang)
    title = text("workbook.title", lang, region=region)
    if plan.title:
        title = plan.title[lang].replace("{region}", region)
    buffer = BytesIO()
    wanted = {part.key: part.name for part in parts}
    book = open_book(buffer, wanted, lang=lang, as_of=findings.as_of, data_date=findings.data_date, title=title)
    _Writer(book, parts, findings, graph, shown, problems, title, pictures).write()
    book.workbook.close()
    write_bytes(buffer.getvalue(), Path(path))


@dataclass(frozen=True)
class _Part:
    """One sheet to write: its key and name, its plan, and the chain or team that it is of."""

    key: str
    name: str
    plan: SheetPlan
    chain: str | None = None
    team: Team | None = None
    tier: str = ""


def _parts(plan: Profile, findings: Findings, graph: ChainGraph, lang: str, *, marked: bool) -> Iterator[_Part]:
    """Every sheet in order; a plan of kind ``chain``, ``team`` or ``rankings`` (one for each list) is several."""
    names = names_by_id(graph, "chains", lang)
    for number, sheet in enumerate(plan.sheets):
        key = f"{sheet.kind} {number}"
        if sheet.kind == "chain":
            for chain in frames.chain_ids(findings, lang):
                yield _Part(f"{key} {chain}", names.get(chain, chain), sheet, chain=chain)
        elif sheet.kind == "team":
            for team in teams(graph):
                yield _Part(f"{key} {team.place}", say(team.name, lang), sheet, team=team)
        elif sheet.kind == "rankings" and (held := set(findings.rankings[lang]["tier"])):
            for tier in (name for name in RANKED_TIERS if name in held):
                yield _Part(f"{key} {tier}", code_text("tier", tier, lang), sheet, tier=tier)
        elif sheet.title:
            yield _Part(key, sheet.title[lang], sheet)
        elif sheet.kind == "table":
            yield _Part(key, list_frames.table_name(sheet.table, lang), sheet)
        else:
            yield _Part(key, text(f"workbook.sheet_{sheet.kind}", lang), sheet)
    if marked:
        sheet = SheetPlan("marks", {}, {}, MARK_COLUMNS, {}, (), "", "", 2, None)
        yield _Part("marks", text("workbook.sheet_marks", lang), sheet)


@dataclass(frozen=True)
class _Writer:
    """The workbook half written: what all its sheets need."""

    book: Book
    parts: Sequence[_Part]
    findings: Findings
    graph: ChainGraph
    shown: pd.DataFrame
    problems: pd.DataFrame
    title: str
    pictures: bool

    def write(self) -> None:
        for part in self.parts:
            if part.plan.kind == "readme":
                self._readme(part)
            elif part.plan.kind == "pictures":
                heading = f"{self.title} · {self.book.names[part.key]}"
                captions = self._captions(part)
                add_pictures(
                    self.book, part.key, part.plan, self.findings, self.graph, heading, captions, drawn=self.pictures
                )
            else:
                self._table(part)

    def _table(self, part: _Part) -> None:
        plan, book = part.plan, self.book
        frame, columns = self._frame(part)
        captions = self._captions(part)
        if frame.empty and plan.kind in (*list_frames.LISTS, "table", "form"):
            captions = [*captions, book.label("no_data")]
            frame = pd.DataFrame(index=range(_EMPTY_ROWS), columns=list(columns), dtype=object)
        headers = {column: words[book.lang] for column, words in plan.headers.items()}
        if plan.kind == "table":
            headers = {**list_frames.table_headers(plan.table, book.lang), **headers}
        printed = plan.printed
        hidden: tuple[str, ...] = ()
        if plan.kind in ("chain", "team", "targets", "marks") and set(MARKS) & set(columns):
            # What people fill in is found again by its firm and segment, whatever else a profile shows.
            printed = printed or len(columns)
            columns = [*columns, *(key for key in _KEYS if key not in columns), "mark_base"]
            hidden = ("mark_base",)
        if book.lang == "en":
            frame = frames.in_english(frame, self.graph)
        links = {other.name: other.key for other in self.parts if other.chain} if plan.kind == "overview" else None
        colours = {"chain": _CHAIN_TAB, "team": _TEAM_TAB, "overview": _MAIN_TAB}
        heading = f"{self.title} · {book.names[part.key]}"
        if part.chain:
            heading = book.label("title_chain", region=place_text(self.findings.region, book.lang), chain=part.name)
        add_table(
            book,
            part.key,
            frame,
            columns,
            title=heading,
            captions=captions,
            frozen=plan.frozen,
            printed=printed,
            sheet_links=links,
            colour=colours.get(plan.kind, _LIST_TAB),
            headers=headers,
            paper=plan.paper,
            hidden=hidden,
        )

    def _frame(self, part: _Part) -> tuple[pd.DataFrame, Sequence[str]]:
        plan, findings, graph, lang = part.plan, self.findings, self.graph, self.book.lang
        kind, shown = plan.kind, self.shown
        if kind == "overview":
            return frames.overview(findings, graph, shown, lang)
        if kind == "chain":
            return frames.first_rows(shown[shown["chain_id"] == part.chain]), plan.columns
        if kind == "team" and part.team:
            return shown[shown["team"] == part.team.place], plan.columns
        if kind == "targets":
            return shown, plan.columns
        if kind == "marks":
            return self.problems, plan.columns
        if kind in ("gaps", "questions", "leaders", "rankings", "unlisted", "calls"):
            texts = findings.held if kind == "unlisted" else getattr(findings, kind)
            if not texts:
                return pd.DataFrame(), plan.columns
            if kind == "calls":
                calls = sentences_apart(texts, lang).rename(columns={"group": "call_group"})
                return frames.captioned(calls, graph, lang), plan.columns
            if part.tier:
                told = sentences_apart(texts, lang)
                return frames.captioned(
                    told[told["tier"] == part.tier].reset_index(drop=True), graph, lang
                ), plan.columns
            return frames.captioned(sentences_apart(texts, lang), graph, lang), plan.columns
        if kind == "terms":
            return frames.terms(findings, graph, shown, lang), plan.columns
        if kind == "facts":
            return facts(findings, graph, lang), plan.columns
        if kind == "evidence":
            return evidence(findings, graph, lang), plan.columns
        if kind == "method":
            return method(findings, graph, lang), plan.columns
        if kind == "form":
            return pd.DataFrame(), plan.columns
        if kind == "table":
            return list_frames.table_frame(graph, plan.table, lang), plan.columns
        return list_frames.list_frame(kind, findings, graph, lang), plan.columns

    def _captions(self, part: _Part) -> list[str]:
        """What a sheet says about itself above its table."""
        book = self.book
        told = part.plan.caption.get(book.lang, "")
        if part.chain:
            notes = frames.notes_by_chain(self.findings, book.lang)
            own = told or book.label("about_chain", as_of=book.as_of)
            return list(dict.fromkeys([own, *notes.get(None, []), *notes.get(part.chain, [])]))
        if part.team and not told:
            said = english_of(self.graph).of(part.team.note) if part.team.note and book.lang == "en" else part.team.note
            note = f"{said}{'. ' if book.lang == 'en' else '。'}" if said else ""
            return [book.label("about_team", name=part.name, note=note)]
        return [told or book.label(f"about_{part.plan.kind}")]

    def _readme(self, part: _Part) -> None:
        notes = frames.notes_by_chain(self.findings, self.book.lang)
        told = [part.plan.caption[self.book.lang]] if part.plan.caption else []
        names = names_by_id(self.graph, "chains", self.book.lang)
        said: dict[str, list[str]] = {note: [] for note in (*told, *notes.get(None, []))}
        for chain in frames.chain_ids(self.findings, self.book.lang):
            for note in dict.fromkeys(notes.get(chain, [])):  # a note stands once, beside the chains that it is about
                said.setdefault(note, []).append(str(names.get(chain, chain)))
        between = text("gaps.list_separator", self.book.lang)
        lines = [(between.join(chains), note) for note, chains in said.items()]
        _add_readme(self.book, part.key, self.title, lines, self.parts)


def _add_readme(book: Book, key: str, title: str, notes: Sequence[tuple[str, str]], parts: Sequence[_Part]) -> None:
    """What is here, how to read and fill it, and what the colours mean; a line per sheet that leads to it."""
    sheet = book.workbook.add_worksheet(book.names[key])
    sheet.set_tab_color(_MAIN_TAB)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, _NAME_WIDTH)
    sheet.set_column(1, 1, _TEXT_WIDTH)
    sheet.set_default_row(row_height(1))
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, fitting(title), book.formats["title"])
    sheet.write_string(1, 0, fitting(book.label("subtitle", as_of=book.as_of)), book.formats["caption"])
    row = 3

    def heading(entry: str) -> None:
        nonlocal row
        sheet.write_string(row, 0, book.label(entry), book.formats["heading"])
        sheet.write_blank(row, 1, None, book.formats["heading"])
        row += 1

    def line(left: str, right: str, look: str = "plain") -> None:
        nonlocal row
        if left:
            sheet.write_string(row, 0, fitting(left), book.formats[look])
        sheet.write_string(row, 1, fitting(right), book.formats["plain"])
        sheet.set_row(row, row_height(max(line_count(left, _NAME_WIDTH), line_count(right, _TEXT_WIDTH))))
        row += 1

    heading("read_notes")
    for about, note in notes:
        line(about, note)
    row += 1
    heading("read_sheets")
    for part in parts:
        if part.key != key:
            kind = f"{part.plan.kind}_sheet" if part.chain or part.team else part.plan.kind
            line("", part.plan.caption.get(book.lang) or book.label(f"about_{kind}"))
            link_sheet(book, sheet, row - 1, 0, part.key)
    row += 1
    heading("read_use")
    for entry in ("empty", "fill", "answer", "filter", "grey", "apostrophe"):
        line(book.label(f"use_{entry}"), book.label(f"use_{entry}_text"))
    row += 1
    heading("read_states")
    for state in GAP_STATES:
        line(code_text("state", state, book.lang), code_text("state_note", state, book.lang), f"legend_state_{state}")
    row += 1
    heading("read_grades")
    for grade in GRADE_COLOURS:
        line(grade, code_text("grade_note", grade, book.lang), f"legend_grade_{grade}")
    set_print(book, sheet, title)
