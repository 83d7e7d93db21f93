"""What a page carries: the facts of one chain, or of all of them for the index, as one JSON-ready record."""

from __future__ import annotations

import pandas as pd

from chaingraph.facts.roles import MADE
from chaingraph.facts.source_kinds import SOURCE_KINDS
from chaingraph.labels import LANGUAGES, entries
from chaingraph.model.results import GAP_STATES
from chaingraph.model.strategy import code_captions
from chaingraph.wording.phrases import parts, run_day
from chaingraph.writers.page.atlas import Atlas, by_rank, firm_name, named, short
from chaingraph.writers.page.brief import brief, open_questions
from chaingraph.writers.page.english import english_places, english_words
from chaingraph.writers.page.layout import STAGES, arrange
from chaingraph.writers.page.pinyin import initials
from chaingraph.writers.page.places import region_view
from chaingraph.writers.page.records import Record, known, records, shortened

_PROVENANCE = ("source", "as_of", "confidence")
_RIVALS = 3  # cities named beside a gap
_DUE = 40  # rows of what has to be done
_CARD_ROWS = 3  # leaders and targets on a card of the index


def chain_payload(atlas: Atlas, chain_id: str, *, alone: bool = False) -> Record:
    """Everything the page of one chain shows. Names, reasons and captions are in both languages.

    A page that stands alone links to no other page.
    """
    chain = next(row for row in atlas.chains if row["chain_id"] == chain_id)
    segments = [_segment(atlas, row) for row in atlas.gaps.get(chain_id, [])]
    ids = {row["id"] for row in segments}
    targets = [_renamed(row, "chain_id") for row in atlas.targets.get(chain_id, [])]
    rankings = [_renamed(row, "chain_id") for row in atlas.rankings.get(chain_id, [])]
    leaders = [_renamed(row, "chain_id") for row in atlas.leaders.get(chain_id, [])]
    shown = {role["firm"] for row in segments for role in row.get("firms", [])}
    shown |= {row["firm"] for row in (*targets, *rankings, *leaders)}
    roles: dict[str, list[Record]] = {}
    for segment in sorted(ids):
        for role in atlas.roles.get(segment, []):
            roles.setdefault(role["firm"], []).append({"segment": segment, **_without(role, "firm")})
    lanes = arrange({row["id"]: str(row.get("stage", "")) for row in segments}, atlas.feeds)
    payload = {
        **_frame(atlas, "chain"),
        "alone": alone,
        "chain": _chain(chain),
        "brief": brief(atlas, chain_id),
        "lanes": [{"stage": stage, "columns": lanes[stage]} for stage in STAGES if stage in lanes],
        "feeds": sorted({link for link in atlas.feeds if link[0] in ids and link[1] in ids}),
        "segments": segments,
        "firms": [_firm(atlas, chain_id, firm, roles.get(firm, [])) for firm in sorted(shown) if firm in atlas.firms],
        "view": region_view(
            atlas.findings.region,
            [atlas.firms[firm] for firm in sorted(shown) if firm in atlas.firms],
            [site for firm in sorted(shown) for site in atlas.sites.get(firm, [])],
        ),
        "targets": targets,
        "rankings": rankings,
        "leaders": leaders,
        "questions": open_questions(atlas, chain_id),
        "held": [_held(row) for row in atlas.held.get(chain_id, [])],
        "dropped": [_dropped(row) for row in atlas.dropped.get(chain_id, [])],
        "notes": [row["note"] for key in (chain_id, None) for row in atlas.notes.get(key, [])],
        "trust": [_renamed(row, "chain_id") for key in (chain_id, None) for row in atlas.trust.get(key, [])],
        "source_kinds": list(SOURCE_KINDS),
    }
    return _in_english(payload, atlas)


def index_payload(atlas: Atlas, moves: Record | None = None, due: pd.DataFrame | None = None) -> Record:
    """What the first page shows: one card per chain, the questions worth asking this week, what moved, how old it is.

    ``moves``: what changed in the facts since a former run (`changes.moves_of`); None: there is none.
    ``due``: what has to be done (`ledger.work.views.due_list`); None: the run was given no ledger.
    """
    questions = [row for rows in atlas.questions.values() for row in rows]
    payload = {
        **_frame(atlas, "index"),
        "cards": [_card(atlas, chain) for chain in atlas.chains],
        "segments": {key: row["name"] for key, row in atlas.segments.items()},
        "questions": [_renamed(row) for row in sorted(questions, key=by_rank)],
        "moves": None if moves is None else moves | {"rows": [_move(atlas, row) for row in moves["rows"]]},
        "due": None if due is None else _due(atlas, due),
        "ages": [_renamed(row) for row in records(atlas.findings.freshness)],
        "notes": _common_notes(atlas),
        "trust": [_renamed(row) for row in atlas.trust.get(None, [])],
    }
    return _in_english(payload, atlas)


def _in_english(payload: Record, atlas: Atlas) -> Record:
    """The payload, with what its places and words are in English."""
    return payload | {"places": english_places(payload), "english": english_words(payload, atlas.english)}


def _due(atlas: Atlas, due: pd.DataFrame) -> Record:
    """The first of what has to be done; of a conflict the page does not say on which field."""
    rows = []
    for row in records(due.head(_DUE)):
        said = None if row["reason"] == "conflict" or row["says"] is None else shortened(str(row["says"]))
        rows.append(known({**{name: row[name] for name in ("reason", "firm", "unit", "day", "days")}, "says": said}))
    return {"day": atlas.findings.as_of, "total": len(due), "rows": rows}


def _move(atlas: Atlas, row: Record) -> Record:
    firm = str(row["firm_id"])
    name = firm_name(atlas, firm) if firm in atlas.firms else {"zh": str(row["firm"])}
    return known({**{key: short(value) for key, value in row.items()}, "name": name})


def _common_notes(atlas: Atlas) -> list[object]:
    """What is said of every chain: notes without a chain, and those that all chains have in common."""
    of_chains = [[row["note"] for row in atlas.notes.get(chain["chain_id"], [])] for chain in atlas.chains]
    first, *others = of_chains or [[]]
    return [row["note"] for row in atlas.notes.get(None, [])] + [
        note for note in first if all(note in other for other in others)
    ]


def _frame(atlas: Atlas, page: str) -> Record:
    """What every page carries: language, region, how far the data reach and the day counted from, captions."""
    findings = atlas.findings
    return {
        "page": page,
        "lang": findings.lang,
        "region": findings.region,
        "as_of": findings.as_of,
        "day": {lang: run_day(findings.data_date, findings.as_of, lang) for lang in LANGUAGES},
        "reference": str(findings.parameters.get("reference") or ""),
        "labels": {lang: entries("page", lang) for lang in LANGUAGES},
        "codes": {lang: code_captions(lang, findings.parameters) for lang in LANGUAGES},
        "states": list(GAP_STATES),
        "chains": [{"id": row["chain_id"], "name": named(row, "chain")} for row in atlas.chains],
    }


def _chain(row: Record) -> Record:
    facts = {
        "id": row["chain_id"],
        "name": named(row, "chain"),
        "class": row["chain_class"],
        "strategy": row["strategy"],
    }
    return known({**facts, "note": row["note"]})


def _card(atlas: Atlas, chain: Record) -> Record:
    chain_id = chain["chain_id"]
    gaps = atlas.gaps.get(chain_id, [])
    counts = {state: sum(row.get("state") == state for row in gaps) for state in GAP_STATES}
    made = {role["firm"] for row in gaps for role in atlas.roles.get(row["segment_id"], []) if role["standing"] == MADE}
    targets = [row for row in atlas.targets.get(chain_id, []) if row["candidate_list"] == "new"]
    ranked = [row for row in targets if "rank" in row]  # the others wait: there is nothing to call about yet
    return {
        **_chain(chain),
        "states": {state: count for state, count in counts.items() if count},
        "total": len(gaps),
        "makers": len(made & atlas.local),
        "leaders": [
            {"id": row["firm_id"], "name": firm_name(atlas, row["firm_id"])}
            for row in atlas.leaders.get(chain_id, [])[:_CARD_ROWS]
        ],
        "gaps": brief(atlas, chain_id)["gaps"],
        "targets": [_headline(atlas, row) for row in (ranked or targets)[:_CARD_ROWS]],
        "reserve": bool(targets and not ranked),
        "listed": len(targets),
    }


def _headline(atlas: Atlas, row: Record) -> Record:
    firm = atlas.firms.get(row["firm_id"], {})
    facts = {
        "id": row["firm_id"],
        "name": firm_name(atlas, row["firm_id"]),
        "city": row.get("city") or firm.get("city"),
    }
    return known({**facts, "segment": row.get("segment_id"), "proposal": row.get("proposal")})


def _renamed(row: Record, *without: str) -> Record:
    """A row of a finding under the names of the page: ids are called by what they name."""
    renamed = {"firm_id": "firm", "segment_id": "segment", "chain_id": "chain", "candidate_list": "list"}
    return {renamed.get(key, key): short(value) for key, value in row.items() if key not in without and value != []}


def _dropped(row: Record) -> Record:
    return known({"gate": row["gate"], "count": row["count"], "firms": parts(row["firms"])})


def _held(row: Record) -> Record:
    """An outside firm held back: what is known against it, of when, and what would bring it back."""
    return known({"firm": named(row, "firm"), **{key: row.get(key) for key in ("country", "city", "said", "way")}})


def _segment(atlas: Atlas, gap: Record) -> Record:
    segment_id = gap["segment_id"]
    row = atlas.segments[segment_id]
    facts = _without(gap, "segment_id", "chain_id", "chain", "segment")
    facts |= {
        "id": segment_id,
        "name": row["name"],
        "keywords": parts(row["keywords"]),
        "initials": initials([row["segment"]]),
        "flag_reason": row["reason"],
        "firms": [role for role in atlas.roles.get(segment_id, []) if role["firm"] in atlas.local],
        "elsewhere": atlas.elsewhere.get(segment_id),
        "rivals": [{key: row[key] for key in ("city", "firms")} for row in atlas.rivals.get(segment_id, [])[:_RIVALS]],
        "measures": known(_without(atlas.measures.get(segment_id, {}), "segment_id")),
        **{key: row[key] for key in _PROVENANCE},
    }
    return known(facts)


def _without(row: Record, *keys: str) -> Record:
    return {key: short(value) for key, value in row.items() if key not in keys}


def _firm(atlas: Atlas, chain_id: str, firm_id: str, roles: list[Record]) -> Record:
    row = atlas.firms[firm_id]
    plain = (
        "country",
        "city",
        "district",
        "stock_code",
        "decision_city",
        "founded",
        "employees",
        "revenue_cny_m",
        "note",
    )
    return known(
        {
            "id": firm_id,
            "name": named(row, "firm"),
            "full": shortened(str(row["firm"])),
            "local": firm_id in atlas.local,
            "legal": row["status"],
            "parent": firm_name(atlas, row["parent_id"]) if row["parent_id"] else None,
            **{key: short(row[key]) for key in (*plain, *_PROVENANCE)},
            **{key: parts(row[key]) for key in ("aliases", "tiers", "former_names")},
            "roles": roles,
            "initials": initials([row["firm"], *parts(row["aliases"]), *parts(row["former_names"])]),
            "links": _links(atlas, firm_id),
            "sites": [_without(known(site), "firm_id") for site in atlas.sites.get(firm_id, [])],
            "signals": [_without(known(signal), "firm_id") for signal in atlas.signals.get(firm_id, [])],
            "route": [
                _without(known(step), "chain_id", "firm_id") for step in atlas.routes.get((chain_id, firm_id), [])
            ],
        }
    )


def _links(atlas: Atlas, firm_id: str) -> list[Record]:
    """Its recorded links, those to local firms first."""
    links = [
        known(
            {
                **{key: link[key] for key in ("kind", "other", "forward", "product", *_PROVENANCE)},
                "name": firm_name(atlas, link["other"]),
                "local": link["other"] in atlas.local,
            }
        )
        for link in atlas.links.get(firm_id, [])
    ]
    return sorted(links, key=lambda link: (not link["local"], link["kind"], link["other"], str(link.get("product"))))
