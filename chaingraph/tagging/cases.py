"""Tagging whole cases: learn from one, tag the product texts of another, hand back a case with segments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from chaingraph.errors import CaseError
from chaingraph.labels import both
from chaingraph.model.case import Case
from chaingraph.model.columns import DTYPES, SEPARATOR, split
from chaingraph.model.schema import TABLES
from chaingraph.model.services import service_segments
from chaingraph.tagging.by_words import ENOUGH_EXAMPLES, STAMP, STAMPS, WordTagger, rows_by_words, told_products
from chaingraph.tagging.features import parts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chaingraph.tagging.tagger import SegmentTagger

    Learn = Callable[[Case, pd.DataFrame | None], SegmentTagger]

SURE = 0.93  # probability from which a tagged row counts as known rather than unsure
_MANY, _SIDE = 12, 0.1  # products of a firm, and share of revenue: under it a lone one among so many is a sideline
SMALL = 0.01  # share of revenue under which a product is no sign of a maker, however plain its name
CHAIN_TABLES = ("chains", "segments", "segment_links")  # what a tagged case takes over
_SHOWN = 5  # products quoted in a tagged row


def case_terms(case: Case, notes: pd.DataFrame | None = None) -> pd.DataFrame:
    """What the case says its words mean: names and keywords of segments, and its list of terms.

    Parameters
    ----------
    case
        The case with the chains.
    notes
        The classification GB/T 4754-2017, if at hand: code, level, name. Names of four-digit classes that no segment
        of the case uses are words of other industries.

    Returns
    -------
    DataFrame
        One row per term and origin: term, segments (joined with ``;``; empty = none of the chains), origin (name,
        keyword, term, class).
    """
    rows: list[tuple[str, str, str]] = []
    for row in case["segments"].to_dict("records"):
        names = [name for name in (row["segment"], row["segment_en"]) if isinstance(name, str)]
        rows += [(part, str(row["segment_id"]), "name") for name in names for part in parts(name)]
        rows += [(word, str(row["segment_id"]), "keyword") for word in split(row["keywords"])]
    terms = case["segment_terms"]
    known = set(case["segments"]["segment_id"])
    for term, segments in zip(terms["term"], terms["segments"], strict=True):
        wrong = sorted(set(split(segments)) - known)
        if wrong:
            values = {"term": term, "segments": SEPARATOR.join(wrong)}
            raise CaseError(_both("no_segment", **values))
        rows.append((str(term), SEPARATOR.join(split(segments)), "term"))
    if notes is not None:
        used = {code for codes in case["segments"]["gbt4754"] for code in split(codes)}
        classes = notes[(notes["level"].astype(int) == 4) & ~notes["code"].astype(str).isin(used)]
        rows += [(str(name), "", "class") for name in classes["name"]]
    found = pd.DataFrame(rows, columns=["term", "segments", "origin"])
    return found[~_reclaimed(found)].reset_index(drop=True)


def _reclaimed(terms: pd.DataFrame) -> pd.Series[bool]:
    """Words of no chain that a segment is about after all: it goes by the word, and by another that ends in it.

    A list of terms says 水泵 is of no chain where no chain makes pumps; with a chain of pumps (水泵, 潜水泵)
    neither it nor 农用水泵 is. 阀门 as the one such keyword of a segment of hydrogen equipment stays too general for
    that; 发电机 stays of no chain, as nobody said so of 电机 itself.
    """
    listed = set(terms.loc[terms["segments"] == "", "term"])
    keywords = terms[terms["origin"] == "keyword"]
    about: set[str] = set()
    for _, held in keywords.groupby("segments")["term"]:
        words = sorted(set(held))
        about |= {word for word in words if word in listed and sum(one.endswith(word) for one in words) > 1}
    ends = tuple(sorted(about))
    word = terms["term"].astype("str")
    return (terms["segments"] == "") & word.map(lambda one: one.endswith(ends) if ends else False).astype("bool")


def words_of(case: Case) -> WordTagger:
    """The tagger of the words that a case's chains use."""
    segments = case["segments"]
    return WordTagger(case_terms(case), segments.loc[service_segments(segments), "segment_id"].tolist())


def examples(case: Case) -> pd.DataFrame:
    """What the case says its firms make: one row per firm and segment with a product: firm_id, product, segment_id.

    What the words of its chains alone have put there teaches nothing that they do not say themselves.
    """
    rows = case["firm_segments"].dropna(subset="product")
    said = rows["source"].astype("str")
    for stamp in STAMPS:
        rows = rows[~said.reindex(rows.index).str.contains(stamp, regex=False, na=False)]
    rows = rows.sort_values(["firm_id", "segment_id"], ignore_index=True)
    return rows[["firm_id", "product", "segment_id"]]


def learn_tagger(case: Case, notes: pd.DataFrame | None = None) -> SegmentTagger:
    """A tagger that has learnt all a case says about its segments.

    Parameters
    ----------
    case, notes
        See `case_terms`.

    Raises
    ------
    CaseError
        When the case has no firm with a product in a segment, or its terms name an unknown segment.
    """
    tagger, texts, labels, groups = to_learn(case, notes)
    return tagger.fit(texts, labels, groups)


def to_learn(case: Case, notes: pd.DataFrame | None = None) -> tuple[SegmentTagger, list[str], list[str], list[str]]:
    """A tagger that has learnt nothing yet, and what it is to learn: texts, their segments, whose they are."""
    from chaingraph.tagging.tagger import SegmentTagger

    known = examples(case)
    chains = dict(zip(case["segments"]["segment_id"], case["segments"]["chain_id"], strict=True))
    texts, labels, groups = (known[column].tolist() for column in ("product", "segment_id", "firm_id"))
    return SegmentTagger(case_terms(case, notes), chains=chains), texts, labels, groups


def speaking_products(products: pd.DataFrame, tagger: SegmentTagger) -> pd.DataFrame:
    """The products that put their firms into a segment, judged among the other products of the same firm.

    Parameters
    ----------
    products, tagger
        See `tag_products`.

    Returns
    -------
    DataFrame
        The rows of ``products`` that speak for a segment at or above the tagger's threshold, one per firm, product and
        segment, with segment_id and probability (0-1). Segments in which a firm's known shares add up to less than
        `SMALL` are left out: what is not even 1 % of revenue is no sign of a maker.
    """
    table = told_products(products)
    found = tagger.tag(table["product"].tolist(), groups=table["firm_id"].tolist(), least=None)
    rows = table.assign(row=range(len(table))).merge(found[["row", "segment_id", "probability"]], on="row", how="inner")
    return rows[~_too_small(rows)].drop(columns="row")


def _too_small(rows: pd.DataFrame) -> pd.Series[bool]:
    """Rows of firm and segment whose known shares add up to less than `SMALL`."""
    known = rows.groupby(["firm_id", "segment_id"])["share"].transform(lambda held: held.sum(min_count=1))
    return known < SMALL


def tag_products(products: pd.DataFrame, tagger: SegmentTagger) -> pd.DataFrame:
    """Which segments do these firms' products put them in?

    Parameters
    ----------
    products
        firm_id, product, share, source, as_of: the table firm_products of a case.
    tagger
        From `learn_tagger`.

    Returns
    -------
    DataFrame
        Rows of the table firm_segments, one per firm and segment at or above the tagger's threshold, sorted by both:
        kind ``maker``, basis ``seat`` (that it is made where the firm is registered is presumed), status empty, product
        (the texts that say so, surest first, at most five), share (sum of their known shares, 0-1), confidence
        ``known`` where a text that is not itself ``unsure`` speaks at `SURE` or above, else ``unsure`` (so always for a
        register: a scope says what a firm may do; and for a sideline, one product under a tenth of revenue among a
        dozen or more of which none else speaks for the chain: of a firm taken over to be listed it is often what the
        old owner made), source (that of the texts, then the tagger and its threshold), as_of (of the newest text).
    """
    rows = speaking_products(products, tagger)
    doubted = rows["confidence"].astype("str") if "confidence" in rows else pd.Series(pd.NA, rows.index, dtype="str")
    side = _sidelines(rows, products, tagger.chains or {})
    rows = rows.assign(confidence=doubted.mask(side, "unsure"))
    return segment_rows(rows, f"SegmentTagger>={min(tagger.thresholds_):.2f}")


def _sidelines(rows: pd.DataFrame, products: pd.DataFrame, chains: Mapping[str, str]) -> pd.Series[bool]:
    """Rows of a chain for which one product alone speaks, one of many, and little of the revenue."""
    chain = pd.Series([chains.get(segment, "") for segment in rows["segment_id"]], rows.index, dtype="str")
    alone = rows.groupby([rows["firm_id"], chain])["product"].transform("nunique") == 1
    many = rows["firm_id"].map(products.groupby("firm_id")["product"].nunique()) >= _MANY
    return alone & many & (rows["share"] < _SIDE)


def segment_rows(rows: pd.DataFrame, stamp: str) -> pd.DataFrame:
    """Rows of the table firm_segments out of products that speak for a segment; see `tag_products`.

    Parameters
    ----------
    rows
        firm_id, product, share, source, as_of, segment_id, probability (NaN: it is not known how surely).
    stamp
        What told it, for the source of each row.
    """
    rows = rows.sort_values(["firm_id", "segment_id", "probability", "product"], ascending=[True, True, False, True])
    key = ["firm_id", "segment_id"]
    held = rows.reindex(columns=[*key, "product", "share", "probability", "source", "as_of", "confidence"])
    held = held.astype({"source": "str", "as_of": "str"}).assign(
        told=(held["confidence"] != "unsure") & (held["probability"] >= SURE)
    )
    groups = held.groupby(key, sort=True)
    sources = held.dropna(subset="source").drop_duplicates([*key, "source"]).groupby(key)["source"]
    found = pd.DataFrame(
        {
            "kind": "maker",
            "product": groups.head(_SHOWN).groupby(key)["product"].agg("、".join),
            "share": groups["share"].sum(min_count=1).clip(upper=1.0),
            "basis": "seat",
            "source": sources.agg(SEPARATOR.join),
            "as_of": held.dropna(subset="as_of").groupby(key)["as_of"].max(),
            "confidence": groups["told"].any().map({True: "known", False: "unsure"}),
        },
        index=groups.size().index,
    ).reset_index()
    found["source"] = (found["source"] + SEPARATOR + stamp).fillna(stamp)
    columns = TABLES["firm_segments"].columns
    frame = found.reindex(columns=[column.name for column in columns])
    return frame.astype({column.name: DTYPES[column.kind] for column in columns})


def tag_and_tell(
    case: Case, chains: Case, notes: pd.DataFrame | None = None, *, learn: Learn = learn_tagger
) -> tuple[Case, pd.DataFrame]:
    """Firms and products with the chains of another, its firms in their segments, and why the others have none.

    Where the chains come with fewer than `by_words.ENOUGH_EXAMPLES` products of firms, their words tell of those
    firms that the tagger says nothing of: what a program learns from a few dozen texts it does not trust itself.

    Parameters
    ----------
    case
        Firms with firm_products, such as an imported list of all listed firms.
    chains
        The case to learn from: chains, segments, terms, and firms whose segments are known.
    notes
        See `case_terms`.
    learn
        How to come by a tagger of the chains.

    Returns
    -------
    case, left
        case: the first case with the chain tables of the second and tagged rows in firm_segments; rows that it states
        itself stay and win. left: one row per firm without a segment (`by_words.rows_by_words`).
    """
    if not len(case["firm_products"]):
        raise CaseError(_both("no_products"))
    words, known = words_of(chains), len(examples(chains))
    products = case["firm_products"]
    tagged = tag_products(products, learn(chains, notes)) if known else case["firm_segments"].iloc[:0]
    said, left = rows_by_words(products[~products["firm_id"].isin(tagged["firm_id"])], words)
    if known < ENOUGH_EXAMPLES:
        by_words = segment_rows(said[~_too_small(said)], STAMP)
        tagged = pd.concat([frame for frame in (tagged, by_words) if len(frame)] or [by_words], ignore_index=True)
        said = said[~said["firm_id"].isin(by_words["firm_id"])]
    doubted = said.drop_duplicates("firm_id").assign(why="unsure", words=said["segment_id"])
    left = pd.concat([left, doubted[["firm_id", "product", "why", "words"]]], ignore_index=True)
    own = case["firm_segments"]
    rows = pd.concat([frame for frame in (own, tagged) if len(frame)] or [own])
    rows = rows.drop_duplicates(["firm_id", "segment_id"]).sort_values(["firm_id", "segment_id"], ignore_index=True)
    tables = dict(case.tables) | {name: chains[name] for name in CHAIN_TABLES} | {"firm_segments": rows}
    left = left[~left["firm_id"].isin(rows["firm_id"])].sort_values("firm_id", ignore_index=True)
    return Case(case.name, tables, case.rejects, case.files, case.notes), left


def _both(entry: str, **values: object) -> dict[str, str]:
    """A message in Chinese and English: these functions know no language."""
    return both(f"tagging.{entry}", **values)
