"""One firm's rows on all lists, as plain text for the command line and the notebook."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

import pandas as pd

from chaingraph.errors import UnknownNameError
from chaingraph.fit.lists import NAMED_FIRMS
from chaingraph.labels import both, near_told, text
from chaingraph.model.case import rows_of
from chaingraph.model.columns import split
from chaingraph.model.findings import Findings
from chaingraph.model.results.told import sentences_apart
from chaingraph.model.strategy import code_captions
from chaingraph.wording.phrases import number, percent, place_words


def explain_firm(findings: Findings, firm: str, lang: str) -> str:
    """Why a firm is on the lists; see `chaingraph.api.explain`."""
    return "\n\n".join(explained_rows(findings, find_listed(both_lists(findings, lang), firm), lang))


def explained_rows(findings: Findings, firm_id: str, lang: str) -> list[str]:
    """A paragraph for every row of a list that is this firm's."""
    lists = both_lists(findings, lang)
    return [_explained(row, findings, lang) for row in rows_of(lists[lists["firm_id"] == firm_id])]


def find_listed(lists: pd.DataFrame, firm: str) -> str:
    """The id of the listed firm that is meant: by id, by name, or by a part that only one bears.

    Raises
    ------
    UnknownNameError
        When none or several are meant.
    """
    named = lists[["firm_id", "firm", "firm_en"]].drop_duplicates("firm_id")
    for column in named:
        exact = named.loc[named[column] == firm, "firm_id"]
        if len(exact) == 1:
            return str(exact.iloc[0])
    part = named[named["firm"].str.contains(firm, regex=False) | named["firm_en"].str.contains(firm, regex=False)]
    if len(part) == 1:
        return str(part["firm_id"].iloc[0])
    if len(part):
        choices = "、".join(part["firm"].head(8))
        raise UnknownNameError(both("errors.firm_not_unique", name=repr(firm[:80]), choices=choices))
    near = difflib.get_close_matches(firm, [*named["firm"], *named["firm_en"].dropna()], n=5, cutoff=0.3)
    raise UnknownNameError(both("errors.no_listed_firm", name=repr(firm[:80]), near=near_told(near)))


def _explained(row: Mapping[Any, Any], findings: Findings, lang: str) -> str:
    strategy = code_captions(lang, findings.parameters)[f"strategy_{row['strategy']}"]
    kind = "leader" if row["by_leader"] else row["candidate_list"]
    english = row["firm_en"] if lang == "en" and isinstance(row["firm_en"], str) else None
    said = [
        text(
            "firm.title",
            lang,
            firm=f"{english} {row['firm']}" if english and english != row["firm"] else row["firm"],
            chain=row["chain"],
            rank=place_words(row["rank"], lang),
            strategy=strategy,
            list=text(f"codes.candidate_{kind}", lang),
        )
    ]
    for column in ("segment", "proposal", "reasons", "route", "next_step", "risk", "local_unit", "sites", "sources"):
        if isinstance(row[column], str) and row[column]:
            said.append(text(f"firm.{column}", lang, value=row[column]))
    said += _fit(row, findings, lang)
    if isinstance(row["likelihood"], str):
        band = text(f"codes.likelihood_{row['likelihood']}", lang)
        said.append(text("firm.likelihood", lang, band=band, facts=row["likelihood_facts"]))
    grade = row["evidence_grade"]
    note = text(f"codes.grade_note_{grade}", lang)
    said.append(text("firm.grade", lang, grade=grade, note=note))
    kind = row["source_kind"]
    words = {name: text(f"codes.source_kind{end}_{kind}", lang) for name, end in (("kind", ""), ("note", "_note"))}
    said.append(text("firm.rests", lang, **words))
    unknown = [
        text(f"firm.name_{column}", lang)
        for column in ("reach", "propensity", "likelihood", "signal", "size_class", "decision_city")
        if pd.isna(row[column])
    ]
    if unknown:
        said.append(text("firm.unknown", lang, names=text("gaps.list_separator", lang).join(unknown)))
    return "\n".join(said)


def _fit(row: Mapping[Any, Any], findings: Findings, lang: str) -> list[str]:
    if pd.isna(row["fit_lift"]):
        return _without_multiple(row, findings, lang)
    terms = _own(findings.terms, row)
    parts = " + ".join(
        text("firm.term", lang, term=text(f"firm.term_{term}", lang), value=number(value, 2))
        for term, value in zip(terms["term"], terms["contribution"], strict=True)
    )
    band = ""
    if not pd.isna(row["fit_low"]):
        band = text("firm.band", lang, low=number(row["fit_low"], 2), high=number(row["fit_high"], 2))
    total = number(float(terms["contribution"].sum()), 2)
    said = [text("firm.fit", lang, lift=number(row["fit_lift"], 2), band=band, parts=parts, total=total)]
    return said + _near(row, findings, lang)


def _without_multiple(row: Mapping[Any, Any], findings: Findings, lang: str) -> list[str]:
    """Why no multiple is printed: nobody to compare with, a segment that the reference does not know, or the region."""
    near = _near(row, findings, lang)
    if not near:
        return [text("firm.no_basis", lang)]
    lists = (findings.targets[lang], findings.leader_targets[lang])
    # Where any row has a multiple the reference knows the region: what it does not know then is the segment.
    if any(table["fit_lift"].notna().any() for table in lists):
        return [text("firm.no_reference_segment", lang, segment=row["segment"]), *near]
    return [text("firm.no_reference", lang), *near]


def _near(row: Mapping[Any, Any], findings: Findings, lang: str) -> list[str]:
    said = []
    for local, share, common in nearest_locals(findings, row, lang):
        entry = "local_untold" if common is None else "local" if common else "local_alone"
        said.append(text(f"firm.{entry}", lang, firm=local, share=share, **({"words": common} if common else {})))
    return said


def _own(frame: pd.DataFrame, row: Mapping[Any, Any]) -> pd.DataFrame:
    """What a frame of findings holds of one row of a list; ``by_leader`` says of which."""
    name = "leader" if row["by_leader"] else "main"
    mine = (frame["list"] == name) & (frame["chain_id"] == row["chain_id"]) & (frame["firm_id"] == row["firm_id"])
    own: pd.DataFrame = frame[mine]
    return own


def nearest_locals(findings: Findings, row: Mapping[Any, Any], lang: str) -> list[tuple[str, str, str | None]]:
    """The local firms that most of a row's likeness comes from: name, share in per cent, words shared.

    Words are "" where the two share none, and None where they were not looked for: `lists.explain_fit` looks at the
    local firms that bring most by product text, and these are those that bring most by all.
    """
    words = _own(findings.words, row)
    column = "words_en" if lang == "en" and "words_en" in words else "words"
    told = dict(zip(words["local_firm_id"], words[column], strict=True))
    shared = set(words.loc[words["words"].map(lambda held: bool(split(held))), "local_firm_id"])
    shares = _own(findings.shares, row)
    named = "local_firm" if lang == "zh" else "local_firm_en"
    found: list[tuple[str, str, str | None]] = []
    for local in rows_of(shares[shares["rank"] <= NAMED_FIRMS].sort_values("rank")):
        looked = local["local_firm_id"] in told or not local["text"]
        common = text("gaps.list_separator", lang).join(split(told.get(local["local_firm_id"])))
        if not common and local["local_firm_id"] in shared:
            common = text("gaps.chinese_words", lang)  # of what they share nothing has an English word
        found.append((local[named], percent(local["share"]), common if looked else None))
    return found


def both_lists(findings: Findings, lang: str, *, apart: bool = False) -> pd.DataFrame:
    """The rows of all lists; ``by_leader``: those of the leader-driven one; ``apart``: several sentences as a tuple."""
    main, led = (
        sentences_apart(texts, lang) if apart else texts[lang] for texts in (findings.targets, findings.leader_targets)
    )
    return pd.concat([main.assign(by_leader=False), led.assign(by_leader=True)], ignore_index=True)
