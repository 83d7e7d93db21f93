"""Survey a region: from a graph to everything that is handed over, in one pass over all its chains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pandas as pd

from chaingraph.choosing.calls import monthly_calls
from chaingraph.choosing.candidates import asked_segments, find_candidates, nationwide, ranked_firms
from chaingraph.choosing.likelihood import likelihood
from chaingraph.choosing.motives import with_reasons
from chaingraph.choosing.ranking import firm_facts, first_rows, rank_lists, rank_sectors, rows_behind
from chaingraph.choosing.row_facts import facts_of_rows, name_marks, with_marks
from chaingraph.choosing.standing_gates import held_firms, what_is_known
from chaingraph.choosing.survey_options import SurveyOptions
from chaingraph.choosing.trust import Base, describe_trust, graded, measured_by, only_with_basis, sourced
from chaingraph.choosing.ways import find_ways
from chaingraph.errors import CaseError
from chaingraph.facts.derived_tables import current_tiers, firm_places, segment_nodes
from chaingraph.facts.freshness import freshness
from chaingraph.facts.gaps import gap_facts, gap_rules, local_presence, with_sorts
from chaingraph.facts.groups import families, inherited_rows
from chaingraph.facts.introductions import find_introductions
from chaingraph.facts.leaders import find_leaders, propose_leaders
from chaingraph.facts.rivals import as_suppliers, rival_cities
from chaingraph.facts.routes import find_routes, linked_firms
from chaingraph.fit.entry_rates import about, shipped_rates
from chaingraph.fit.lists import chain_seeds, explain_fit, score_lists
from chaingraph.fit.population import exactly
from chaingraph.fit.reference import NoReference, Reference, firms_compared, segments_with_basis
from chaingraph.labels import both
from chaingraph.leads.listing import fact_table
from chaingraph.model.case import cells_of
from chaingraph.model.findings import Findings
from chaingraph.model.graph import ChainGraph
from chaingraph.model.strategy import AUTO, Strategy, load_strategy, own_titles
from chaingraph.sql import OpenEngine, Query
from chaingraph.wording.english import english_of
from chaingraph.wording.gaps import describe_gaps, describe_leaders, weekly_questions
from chaingraph.wording.held import describe_held
from chaingraph.wording.lists import describe_rankings, list_notes, with_first_rows
from chaingraph.wording.phrases import names_of, told
from chaingraph.wording.targets import describe_targets, for_list, gather_grounds

_SEVERITY_PARTS = (
    "severity_state",
    "severity_demand",
    "severity_high_value",
    "severity_chokepoint",
    "severity_must_pass",
)
_ALONE = NoReference()


@dataclass(frozen=True)
class Surroundings:
    """What every question about a region starts from: the graph seen from there."""

    region: str
    places: pd.DataFrame
    families: pd.DataFrame
    presence: pd.DataFrame
    leaders: pd.DataFrame
    proposed: pd.DataFrame  # who might lead, by rule, where nobody has said who does
    gaps: pd.DataFrame
    rivals: pd.DataFrame
    base: pd.DataFrame  # chain_id, firms, local: the reference's makers, and those of them in the region
    compared: tuple[int | None, int | None]  # firms of the reference that can be compared, and those of them here
    with_basis: frozenset[str]  # segments in which the reference knows makers, and the region as well


def data_date(graph: ChainGraph) -> str:
    """The newest date that any row of the graph states: how far the data reach.

    Empty when no row states a date.
    """
    dates = [frame["as_of"].dropna() for frame in graph.tables.values() if len(frame)]
    dates.append(graph["firm_signals"]["date"].dropna())
    return max((str(values.max()) for values in dates if len(values)), default="")


def look_around(
    graph: ChainGraph, region: str, query: Query, places: pd.DataFrame, reference: Reference = _ALONE
) -> Surroundings:
    """Presence, leaders and gaps of a region: facts without text.

    Parameters
    ----------
    query
        Runs the SQL texts on the tables of `survey_tables`.
    places
        From `derived_tables.firm_places`.
    reference
        What expected counts and rival cities come from.
    """
    groups = families(query)
    presence = with_sorts(local_presence(query), graph)
    counts = reference.counts(graph, region, query)
    gaps = gap_facts(graph, region, query, presence, groups, reference=counts)
    rivals = rival_cities(reference.makers(graph, region, query), region)
    leaders, proposed = find_leaders(graph, presence), propose_leaders(graph, presence)
    proposed = proposed[~proposed["chain_id"].isin(leaders["chain_id"])].reset_index(drop=True)
    base, compared = _chain_base(counts), reference.base(graph, region)
    basis = segments_with_basis(compared, counts, graph["segments"]["segment_id"])
    return Surroundings(region, places, groups, presence, leaders, proposed, gaps, rivals, base, compared, basis)


def _chain_base(counts: pd.DataFrame | None) -> pd.DataFrame:
    """Makers of each chain in the reference, and those of them in the region: chain_id, firms, local."""
    if counts is None:
        return pd.DataFrame(columns=["chain_id", "firms", "local"])
    whole = counts[["chain_id", "chain_national", "chain_local"]].drop_duplicates("chain_id", ignore_index=True)
    return whole.set_axis(["chain_id", "firms", "local"], axis="columns")


def survey_tables(graph: ChainGraph, places: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tables that the SQL texts of a survey read."""
    names = ("segments", "segment_links", "firms", "firm_segments", "firm_links", "firm_sites", "firm_signals")
    return {
        **{name: graph[name] for name in names},
        "segment_nodes": segment_nodes(graph),
        "firm_places": places,
    }


def survey(
    graph: ChainGraph,
    region: str,
    open_engine: OpenEngine,
    options: SurveyOptions,
    *,
    reference: Reference = _ALONE,
    progress: Callable[[str], None] = lambda stage: None,
) -> Findings:
    """Gaps, leaders, ranked targets and their reasons for every chain of a graph.

    Parameters
    ----------
    graph
        The chains to survey; with a reference, the graph that merges both.
    region
        The region that is recruiting.
    open_engine
        Opens the engine that runs the SQL texts.
    options
        Strategy, length of the lists, dates, draws.
    reference
        What shares, expected counts, rival cities and lifts are relative to.
    progress
        Called with the name of each stage as it begins.

    Raises
    ------
    UnknownNameError
        When the region or the strategy is not known.
    CaseError
        When weights come without a national case.
    """
    if options.weights is not None and not reference.full_form:
        raise CaseError(both("errors.weights_alone"))
    newest = data_date(graph)
    now = options.as_of or newest
    places = firm_places(graph, region)
    strategies = _strategies(graph, options.strategy)
    asked_for = options.strategy if options.strategy == AUTO else load_strategy(options.strategy).name
    with open_engine(survey_tables(graph, places)) as query:
        progress("gaps")
        around = look_around(graph, region, query, places, reference)
        progress("candidates")
        known = what_is_known(graph, query, region, around.families, now)
        leading = _leading(around, strategies)
        asked = asked_segments(graph, around.gaps, leading, strategies)
        tiers = current_tiers(graph, query)
        here_too = nationwide(graph, tiers, region)
        candidates, dropped = find_candidates(
            query,
            asked,
            around.families,
            known.units,
            known.trouble,
            known.moves,
            region,
            known.segment_gates,
            here_too,
            named := ranked_firms(tiers),
        )
        here = set(places.loc[_inside(places), "firm_id"])
        passed = inherited_rows(graph, around.families, here, known.roles, asked)
        passed = passed[~passed["firm_id"].isin(set(known.trouble["firm_id"]))]
        passed = passed[(passed["list"] != "sector") | passed["firm_id"].isin(named)]
        candidates = pd.concat([candidates, passed], ignore_index=True) if len(passed) else candidates
        progress("fit")
        cities = sorted(places.loc[_inside(places), "prefecture"].dropna().unique())
        seeds = _seeds(graph, around, leading, strategies)
        compared = set(candidates["firm_id"]).union(*(held["firm_id"] for held in seeds.values()))
        population = replace(reference.population(graph, compared), weights=options.weights)
        score = partial(score_lists, top=options.top, draws=options.draws, seed=options.seed, cities=cities)
        scores = score(population, candidates, seeds)
        progress("rank")
        ages = freshness(query, now)
        facts = firm_facts(graph, region, places, around.families, tiers, known.moves)
        linked = linked_firms(graph, set(around.presence["firm_id"]), around.families)
        plans = {f"main:{chain}": plan for chain, plan in strategies.items()}
        plans |= {f"leader:{chain}": load_strategy("strengthen") for chain in strategies}
        lists = as_suppliers(candidates[candidates["list"] != "sector"], graph, leading)
        rates = options.likelihood or shipped_rates()
        likely = likelihood(graph, around.families, lists, region, now, rates=rates)
        lists = lists.merge(likely.drop(columns="likelihood_facts"), on=["firm_id", "segment_id"], how="left")
        by_chain = _by_chain(around.leaders)
        ties = lists.loc[lists["firm_id"].isin(linked_firms(graph, here, around.families)), ["chain_id", "firm_id"]]
        doors = find_introductions(graph, ties.drop_duplicates(), by_chain, here, around.families, known.roles)
        ways = find_ways(
            graph,
            lists,
            known.motives,
            doors,
            around.families,
            around.presence,
            now,
            region=region,
            leaders=by_chain,
        )
        rank = partial(rank_lists, query, lists, top=options.top, whole=True)
        everyone = rank(scores, facts, around.gaps, linked, ways, plans)
        rough = population
        if rough.estimated and len(everyone):
            population = exactly(rough, set(everyone.loc[everyone["position"] <= options.top, "firm_id"]))
        if population is not rough:
            scores = score(population, candidates, seeds)
            everyone = rank(scores, facts, around.gaps, linked, ways, plans)
    everyone = only_with_basis(everyone, around.with_basis)
    ranked = everyone[everyone["position"] <= options.top].reset_index(drop=True) if len(everyone) else everyone
    told_of_likelihood = likely[["firm_id", "segment_id", "likelihood_facts"]]
    ranked = ranked.merge(told_of_likelihood, on=["firm_id", "segment_id"], how="left") if len(ranked) else ranked
    sectors = only_with_basis(rank_sectors(candidates, scores, tiers), around.with_basis)
    ranked, sectors = (
        sourced(graded(rows, facts, around.with_basis, now, national=reference.outside), graph, reference)
        for rows in (ranked, sectors)
    )
    del likely, lists, rank, rough, scores, told_of_likelihood  # large ones, of which nothing is asked below
    progress("reasons")
    terms, shares, words = explain_fit(population, ranked, seeds, cities=cities)
    del population
    keys = ["list", "chain_id", "firm_id"]
    if len(ranked):
        terms = terms.merge(ranked.loc[ranked["fit_lift"].notna(), keys].drop_duplicates(), on=keys)
    routes = _routes(graph, ranked, around, doors, here)
    held_facts = facts_of_rows(
        graph,
        ranked,
        motives=known.motives,
        routes=routes,
        families=around.families,
        buyers=around.gaps["buyer_ids"].to_dict(),
        local=here,
        region=region,
        day=now,
    )
    ranked, marks = with_marks(ranked, held_facts)
    main = ranked[ranked["list"] == "main"].reset_index(drop=True)
    led = ranked[ranked["list"] == "leader"].reset_index(drop=True)
    seed_counts = Counter(seeds["main"]["chain_id"])
    main_plans = {chain: plan.name for chain, plan in strategies.items()}
    of_list = {name: (shares[shares["list"] == name], words[words["list"] == name]) for name in ("main", "leader")}
    shown = set(ranked["firm_id"])
    grounds = gather_grounds(graph, facts, around.gaps, *of_list["main"], routes, main_plans, seed_counts, shown)
    by_leader = for_list(grounds, *of_list["leader"], dict.fromkeys(strategies, "strengthen"))
    gaps = describe_gaps(around.gaps, around.leaders, graph, rivals=around.rivals)
    firsts = first_rows(everyone, plans)
    goes_by = {chain for chain, plan in strategies.items() if plan.pool == "leader_segments"}
    by: dict[str, Any] = {
        "proposed": around.proposed,
        "everyone": everyone,
        "unled": goes_by - set(leading["chain_id"]),
    }
    caption = _caption(graph, places, reference)
    notes = list_notes(main, asked, candidates, dropped, caption, graph, **by)
    tested = measured_by(caption["reference_kind"], weights=options.weights is not None, own=options.tests)
    base = Base(*around.compared, around.base)
    names = names_of(graph, "firms")
    local, local_en = ({firm: getattr(name, form) for firm, name in names.items()} for form in ("zh", "en"))
    local_id = shares["local_firm_id"]
    terms = terms.assign(strategy=terms["chain_id"].map(main_plans).where(terms["list"] == "main", "strengthen"))
    english = english_of(graph)
    return Findings(
        region=region,
        as_of=now,
        data_date=newest,
        gaps=told(gaps, english.of),
        targets=told(with_reasons(describe_targets(main, grounds), known.motives), english.of),
        leader_targets=told(with_reasons(describe_targets(led, by_leader), known.motives), english.of),
        rankings=told(describe_rankings(sectors, graph, facts, around.gaps), english.of),
        leaders=told(describe_leaders(around.leaders, graph, known.trouble), english.of),
        questions=told(weekly_questions(gaps), english.of),
        terms=terms,
        shares=shares.assign(local_firm=local_id.map(local), local_firm_en=local_id.map(local_en)),
        words=words.assign(words_en=pd.Series(map(english.pieces, words["words"]), index=words.index, dtype="str")),
        routes=routes,
        dropped=dropped.drop(columns="firm_ids"),
        held=told(describe_held(held_firms(dropped, known, graph), graph), english.of),
        notes=told(with_first_rows(notes, firsts, graph), english.of),
        marks=told(name_marks(marks, graph), english.of),
        calls=told(monthly_calls(ranked, held_facts, facts, graph, ways.near), english.of),
        roles=known.roles,
        asked=asked,
        behind=rows_behind(everyone, plans, options.top),
        segment_measures=around.gaps[["must_pass", "bridge", "suppliers", *_SEVERITY_PARTS]].reset_index(),
        facts=fact_table(graph.tables, as_of=now),
        freshness=ages,
        rivals=around.rivals,
        trust=told(describe_trust(region, tested, base, caption, list(strategies)), english.of),
        parameters={
            "region": region,
            "strategy": asked_for,
            "top": options.top,
            "as_of": now,
            "seed": options.seed,
            "draws": options.draws,
            **reference.about(),
            "firms": len(graph["firms"]),
            **({} if graph.reading is None else {"counted_firms": graph.reading.counted}),
            "local_firms": int(_inside(places).sum()),
            "gap_rules": gap_rules(),
            "strategies": main_plans,
            **own_titles(strategies),
            **({} if options.weights is None else {"weights": dict(options.weights)}),
            **({} if options.likelihood is None else {"likelihood": about(options.likelihood)}),
        },
    )


def _strategies(graph: ChainGraph, strategy: str) -> dict[str, Strategy]:
    own = sorted(cells_of(graph["chains"], "chain_id", "strategy"))
    if strategy != AUTO:
        whole = load_strategy(strategy)
        return {str(chain): whole for chain, _ in own}
    # A chain for which nobody chose gets the middle way.
    return {str(chain): load_strategy(name if isinstance(name, str) else "extend") for chain, name in own}


def _inside(places: pd.DataFrame) -> pd.Series:
    return places["inside"].fillna(value=False).astype(bool)


def _leading(around: Surroundings, strategies: Mapping[str, Strategy]) -> pd.DataFrame:
    """The firms that lists go by: named leaders; where a chain that goes by its leaders has none, those proposed."""
    named = set(around.leaders["chain_id"])
    without = [chain for chain, plan in strategies.items() if plan.pool == "leader_segments" and chain not in named]
    proposed = around.proposed[around.proposed["chain_id"].isin(without)]
    columns = ["chain_id", "firm_id", "segments"]
    held = [frame[columns] for frame in (around.leaders, proposed) if len(frame)]
    return pd.concat(held or [around.leaders[columns]], ignore_index=True)


def _seeds(
    graph: ChainGraph, around: Surroundings, leading: pd.DataFrame, strategies: Mapping[str, Strategy]
) -> dict[str, pd.DataFrame]:
    plans = {plan.name: plan for plan in (load_strategy("strengthen"), *strategies.values())}
    by_plan = {name: chain_seeds(graph, around.presence, leading, plan) for name, plan in sorted(plans.items())}
    own = [by_plan[plan.name][by_plan[plan.name]["chain_id"] == chain] for chain, plan in strategies.items()]
    main = pd.concat(own, ignore_index=True) if own else by_plan["strengthen"].iloc[:0]
    return {"main": main, "leader": by_plan["strengthen"], "sector": main}


def _by_chain(frame: pd.DataFrame) -> dict[str, set[str]]:
    return {str(chain): set(rows["firm_id"]) for chain, rows in frame.groupby("chain_id")}


def _routes(
    graph: ChainGraph, ranked: pd.DataFrame, around: Surroundings, doors: pd.DataFrame, here: set[str]
) -> pd.DataFrame:
    """The way in of each row where there is one, marked so; else the shortest recorded path, which opens no door."""
    pairs = ranked[["chain_id", "firm_id"]].drop_duplicates()
    listed = doors.merge(pairs, on=["chain_id", "firm_id"]).assign(door=True)
    with_door = set(zip(listed["chain_id"], listed["firm_id"], strict=True))
    shut = [pair not in with_door for pair in pairs.itertuples(index=False, name=None)]
    others = pairs[pd.Series(shut, pairs.index, dtype="bool")]  # a list would choose columns where it is empty
    leaders, local = _by_chain(around.leaders), _by_chain(around.presence)
    paths = find_routes(graph, others, leaders, local, around.families, here).assign(door=False)
    both = pd.concat([listed, paths], ignore_index=True)
    return both.sort_values(["chain_id", "firm_id", "step"], kind="stable", ignore_index=True)


def _caption(graph: ChainGraph, places: pd.DataFrame, reference: Reference) -> dict[str, object]:
    comparable, local = firms_compared(graph, places)
    facts = reference.about()
    return {
        **facts,
        "count": facts.get("reference_firms", comparable),
        "local": local,
        "share": local / max(1, comparable),
    }
