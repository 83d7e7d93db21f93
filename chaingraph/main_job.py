"""The main job: a case in, chain maps, gaps and an explained shortlist out."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from chaingraph import __version__
from chaingraph.choosing.survey_options import SurveyOptions
from chaingraph.choosing.surveying import survey
from chaingraph.choosing.trust import PROTOCOLS, figures_of
from chaingraph.clock import today
from chaingraph.engines import named_engine
from chaingraph.errors import CaseError
from chaingraph.facts.source_kinds import count_kinds
from chaingraph.fit.entry_rates import EntryRates, read_entry_rates
from chaingraph.labels import text
from chaingraph.ledger.work.reading import due_in_file
from chaingraph.matching.merge import build_graph
from chaingraph.model.case import Case
from chaingraph.model.findings import Findings, only_chains
from chaingraph.model.graph import ChainGraph
from chaingraph.model.results import FILES, RANKED_TIERS
from chaingraph.reading.read import changed_since_read
from chaingraph.stores.comparison import LISTED, NO_REFERENCE, as_known, last_known, read_cases
from chaingraph.writers.exports import target_columns
from chaingraph.writers.files import check_output, output_folder, write_bytes, write_csv
from chaingraph.writers.ledger.marks import with_ledger_file
from chaingraph.writers.page.changes import former_run, read_former
from chaingraph.writers.page.page import write_pages
from chaingraph.writers.publishing import hashes, not_of_its_run
from chaingraph.writers.workbook.marks import marks_not_placed, no_marks, read_marks
from chaingraph.writers.workbook.profile import load_profile
from chaingraph.writers.workbook.workbook import write_workbook

STAGES = ("read", "gaps", "candidates", "fit", "rank", "reasons", "workbook", "pages")


@dataclass(frozen=True)
class RunResult:
    """What a run made: the findings, the graph they were found in, the files written, marks that found no row."""

    findings: Findings
    graph: ChainGraph
    case: Case
    out: Path
    files: tuple[Path, ...]
    unplaced: pd.DataFrame  # marks of ``update`` without a row now, and conflicts (`results.MARK_COLUMNS`)
    changed: tuple[str, ...] = ()  # input files that somebody changed while the run went on
    mended: tuple[str, ...] = ()  # files of a run killed while it moved them, moved before this one began
    strange: tuple[str, ...] = ()  # files in ``out`` that were not of the run which its run.json names


# With pyarrow about, pandas would keep text in Arrow, which all that is done cell by cell here pays for.
@pd.option_context("mode.string_storage", "python")
def run(
    case_path: str | Path,
    *,
    region: str,
    out: str | Path,
    chains: Sequence[str] | None = None,
    strategy: str = "auto",
    top: int = 30,
    lang: str = "zh",
    reference: str | Path = LISTED,
    as_of: str | None = None,
    known_by: str | None = None,
    keep_undated: bool = False,
    seed: int = 0,
    draws: int = 200,
    profile: str | Path = "zhejiang",
    update: str | Path | None = None,
    pictures: bool = False,
    engine: str = "duckdb",
    master: str | None = None,
    ledger: str | Path | None = None,
    ledger_place: str | None = None,
    compare: str | Path | None = None,
    weights: str | Path | None = None,
    likelihood: str | Path | None = None,
    backtest: str | Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> RunResult:
    """Survey a region and write what a bureau receives.

    Writes index.html, one page per chain, shortlist.xlsx, shortlist.csv (new targets, then reinvestment, per chain),
    leader_targets.csv (the leader-driven list), rankings.csv (outside members of each list, per chain) and one file for
    each list (rankings_global500.csv …), unlisted.csv (outside firms that a known fact holds back), marks.csv (the six
    marks of each row), calls.csv (whom to call this month), facts.csv (facts of movement), gaps.csv, questions.csv and
    run.json into ``out``, all of them or none (a run killed while it replaces older files is completed by the next).
    The same input and day give the same bytes in every CSV file.

    Parameters
    ----------
    case_path
        Folder or workbook of the case.
    region
        The region that is recruiting, such as 嘉兴.
    out
        Folder to write to; files of an earlier run in it are replaced when everything is finished.
    chains
        Ids or names of the chains to write; None: all. Scores are the same either way.
    strategy
        ``auto`` (each chain's own), strengthen, extend or build.
    top
        Length of a list.
    lang
        Language of the texts, zh or en; the pages hold both.
    reference
        What shares, expected counts and lifts are relative to: ``listed`` (the aggregate of listed firms that comes
        with the package), ``none`` (the case alone), or a national case, whose firms are then candidates too.
    as_of
        The date to count "the last 24 months" back from; None: today (`chaingraph.clock.today`).
    known_by
        Only what was known by that day (`chaingraph.facts.known_by`), which is then the day of ``as_of`` too: the case
        as it stood, to see what the lists would have said. A national ``reference`` is cut to that day as well.
    keep_undated
        Whether ``known_by`` keeps rows that state no date.
    seed, draws
        Seed and number of draws of the bootstrap over local firms.
    profile
        Which sheets shortlist.xlsx has: one of `shipped_profiles`, or a TOML file of your own.
    update
        A workbook of an earlier run: status, owner and notes filled into it are kept. It may be ``out``'s own.
    pictures
        Whether the workbook's pictures are drawn; they take longer than all the rest.
    engine, master
        The engine for the SQL: duckdb, or spark and its master. The tables are the same to the byte.
    ledger
        A project ledger: the lists say who already talks to a firm, and do not show as new a firm that one place
        negotiates with alone; see `chaingraph.writers.ledger.marks.with_ledger_file`. The tables of targets then have
        further columns.
    ledger_place
        The place whose lists these are; what it holds itself is offered to it.
    compare
        The folder that an earlier run wrote: the pages say what changed since. None: what stands in ``out`` now.
    weights
        A file of the score's weights, fitted on a bureau's own outcomes (`chaingraph.backtest.refit`); it needs a
        ``reference``.
    likelihood
        A file of how often groups with such a record come, fitted on a bureau's own units
        (`chaingraph.backtest.entry_fit`); None: what comes with the package.
    backtest
        What ``chaingraph backtest`` wrote on a case of your own, a file or its folder: your city's figure is then taken
        from it; None: from the figures that come with the package.
    progress
        Called with the name of each of `STAGES` as it begins.

    Returns
    -------
    RunResult
        ``findings`` (see `chaingraph.model.findings.Findings`), the graph, the case, and the files that were written.

    Raises
    ------
    CaseError
        When the case is refused (the message sums up its rejects), or ``update``, ``weights``, ``likelihood`` or
        ``backtest`` cannot be read.
    UnknownNameError
        When a region, chain, strategy or profile is not known.
    StoreError
        When ``out`` cannot be written.

    Notes
    -----
    Formulas and sources of every figure: `chaingraph.api.survey`, `chaingraph.fit.score`, and the sheet of method in
    shortlist.xlsx. run.json holds version, parameters, inputs with their hashes, durations, and the run's id with the
    hash of every file that it wrote. What an earlier run wrote and this one does not (the page of a chain that was not
    asked for) is removed, unless somebody has changed it.

    Examples
    --------
    >>> import tempfile
    >>> from chaingraph.reading.example import load_example
    >>> from chaingraph.writers.case import write_case
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_case(load_example(), Path(folder, "case"), form="csv")
    ...     done = run(Path(folder, "case"), region="嘉兴", out=Path(folder, "out"), reference="none", draws=0)
    >>> [path.name for path in done.files if path.suffix == ".html"]
    ['ES.html', 'index.html']
    """
    started = time.perf_counter()
    report = progress or (lambda stage: None)
    seconds: dict[str, float] = {}
    began: list[tuple[str, float]] = []

    def begin(name: str) -> None:
        now = time.perf_counter()
        if began:
            last, since = began[-1]
            seconds[last] = round(now - since, 3)
        began.append((name, now))
        report(name)

    begin("read")
    open_engine = named_engine(engine, master, lang)
    load_profile(profile)  # what is wrong with it is said before anything is computed
    marks = no_marks() if update is None else read_marks(update, profile=profile, lang=lang)
    national = reference not in (LISTED, NO_REFERENCE)
    inputs = [Path(case_path), *([Path(reference)] if national else [])]
    strange = not_of_its_run(Path(out))
    mended = check_output(Path(out), inputs=inputs)  # likewise
    former = read_former(Path(out)) if compare is None else former_run(compare, lang=lang)
    options = SurveyOptions(
        strategy=strategy,
        top=top,
        as_of=(as_of or today()) if known_by is None else last_known(known_by, as_of, lang),
        seed=seed,
        draws=draws,
        weights=_fitted(weights, national=national, lang=lang),
        likelihood=_own_rates(likelihood, lang),
        tests=_own_tests(backtest, lang),
    )
    cases, compared = read_cases(
        case_path, reference, region, engine=open_engine, lang=lang, whole=known_by is not None
    )
    told_of_day: dict[str, object] = {}
    if known_by is not None:
        cases, compared, told_of_day = as_known(cases, compared, known_by, keep_undated=keep_undated, lang=lang)
    graph = build_graph(*cases)
    wanted = None if chains is None else [graph.chain_id(chain) for chain in chains]
    found = survey(graph, region, open_engine, options, reference=compared, progress=begin)
    findings = replace(found, lang=lang, parameters={**found.parameters, **told_of_day})
    if wanted is not None:
        findings = only_chains(findings, wanted)
    findings, marks = with_ledger_file(findings, marks, ledger, place=ledger_place or "", lang=lang)
    with output_folder(Path(out), inputs=inputs) as folder:
        _write_tables(findings, folder, lang)
        begin("workbook")
        told = {**findings.parameters, "version": __version__, "files": _file_hashes(cases)}
        write_workbook(
            replace(findings, parameters=told),
            graph,
            folder / "shortlist.xlsx",
            lang=lang,
            profile=profile,
            marks=marks,
            pictures=pictures,
        )
        begin("pages")
        due = due_in_file(ledger, findings.as_of, case=cases[0].tables, viewer=ledger_place or "")
        write_pages(findings, graph, folder, previous=former, due=due)
        seconds[began[-1][0]] = round(time.perf_counter() - began[-1][1], 3)
        names = sorted(path.name for path in folder.iterdir())
        record = run_record(findings, graph, cases, {**seconds, "all": round(time.perf_counter() - started, 3)})
        # A table saved by somebody meanwhile: what was made is made of the former one, and both stand in the record.
        changed = [
            name for path, read in zip(inputs, cases, strict=True) for name in changed_since_read(path, read.files)
        ]
        record["changed_while_running"] = changed
        record["files"] = hashes(folder)
        record["run_id"] = hashlib.sha256(json.dumps(record["files"]).encode()).hexdigest()[:16]
        write_bytes((json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode(), folder / "run.json")
    files = tuple(Path(out) / name for name in [*names, "run.json"])
    unplaced = marks_not_placed(findings, graph, marks, lang)
    return RunResult(findings, graph, cases[0], Path(out), files, unplaced, tuple(changed), mended, strange)


def _fitted(weights: str | Path | None, *, national: bool, lang: str) -> dict[str, float] | None:
    """The weights of a file, where one is given."""
    if weights is None:
        return None
    from chaingraph.backtest.refit import read_weights

    if not national:
        raise CaseError(text("errors.weights_alone", lang))
    return read_weights(_content(weights, "weights", lang), str(weights))


def _own_rates(likelihood: str | Path | None, lang: str) -> EntryRates | None:
    """The rates of a file, where one is given."""
    return None if likelihood is None else read_entry_rates(_content(likelihood, "likelihood", lang), str(likelihood))


def _content(file: str | Path, kind: str, lang: str) -> str:
    """The text of a file that was fitted on a bureau's own outcomes."""
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CaseError(text(f"errors.{kind}_not_opened", lang, file=file, detail=error.strerror)) from error
    except UnicodeDecodeError as error:
        raise CaseError(text(f"errors.{kind}_no_text", lang, file=file)) from error


def _own_tests(backtest: str | Path | None, lang: str) -> pd.DataFrame | None:
    """The figures by city of the reader's own back-test, where one is given."""
    if backtest is None:
        return None
    given = Path(backtest)
    paths = sorted(given.glob("*.json")) if given.is_dir() else [given]
    try:
        stored = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
        found = pd.concat([figures_of(one) for one in stored if one.get("protocol") in PROTOCOLS], ignore_index=True)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CaseError(text("trust.unreadable", lang, path=given)) from error
    if found.duplicated(["protocol", "city", "method"]).any():
        raise CaseError(text("trust.protocol_twice", lang, path=given, files=", ".join(path.name for path in paths)))
    return found


def _write_tables(findings: Findings, folder: Path, lang: str) -> None:
    for name, targets in (("shortlist", findings.targets[lang]), ("leader_targets", findings.leader_targets[lang])):
        write_csv(targets, folder / f"{name}.csv", columns=target_columns(targets))
    tables = {"gaps": findings.gaps, "questions": findings.questions, "rankings": findings.rankings}
    for name, frame in (tables | {"unlisted": findings.held, "marks": findings.marks, "calls": findings.calls}).items():
        write_csv(frame[lang], folder / f"{name}.csv", columns=FILES[f"{name}.csv"])
    ranked = findings.rankings[lang]
    for tier in RANKED_TIERS:
        write_csv(ranked[ranked["tier"] == tier], folder / f"rankings_{tier}.csv", columns=FILES["rankings.csv"])
    write_csv(findings.facts, folder / "facts.csv", columns=FILES["facts.csv"])


def _source_counts(findings: Findings) -> pd.DataFrame:
    """Rows of the lists by chain, list and kind of source."""
    main, led = findings.targets[findings.lang], findings.leader_targets[findings.lang]
    rows = pd.concat([main.assign(list=main["candidate_list"]), led.assign(list="leader")], ignore_index=True)
    return count_kinds(rows, ("chain_id", "list"))


def _file_hashes(cases: Sequence[Case]) -> list[dict[str, object]]:
    """Every input file once, with its sha256 and rows: what the method sheet lists."""
    rows = [row for case in cases for row in case.files.to_dict("records")]
    unique = {(row["file"], row["table"], row["sha256"]): row for row in rows}
    return [{str(name): value for name, value in row.items()} for row in unique.values()]


def run_record(
    findings: Findings, graph: ChainGraph, cases: Sequence[Case], seconds: dict[str, float]
) -> dict[str, Any]:
    """What run.json holds: version, parameters, input files with sha256 and row counts, rejects, dates, durations."""
    files = pd.concat([case.files.assign(case=case.name) for case in cases], ignore_index=True)
    rejects = pd.concat([case.rejects.assign(case=case.name) for case in cases], ignore_index=True)
    return {
        "version": __version__,
        "command": "run",
        "python": platform.python_version(),
        "parameters": dict(findings.parameters) | {"lang": findings.lang},
        "seed": findings.parameters.get("seed"),
        "as_of": findings.as_of,
        "data_date": findings.data_date,
        "inputs": json.loads(files.to_json(orient="records", force_ascii=False)),
        "rows": {name: len(frame) for name, frame in graph.tables.items() if len(frame)},
        "rejects": {
            "count": len(rejects),
            "first": json.loads(rejects.head(100).to_json(orient="records", force_ascii=False)),
        },
        "freshness": json.loads(findings.freshness.to_json(orient="records")),
        "sources": json.loads(_source_counts(findings).to_json(orient="records")),
        "trust": json.loads(findings.trust[findings.lang].to_json(orient="records", force_ascii=False)),
        "dropped": json.loads(findings.dropped.to_json(orient="records", force_ascii=False)),
        "matches": len(graph.matches),
        "review": len(graph.review),
        "seconds": seconds,
    }
