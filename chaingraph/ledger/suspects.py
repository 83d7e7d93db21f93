"""Which projects may be one project under several names: same investor, same group, same site. A person decides.

Names are compared with the rules that join firms (`chaingraph.matching.names`); here a match joins nothing, it is
shown to a person with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from chaingraph.matching.name_forms import core, credit_key, normalise_name, unlike
from chaingraph.matching.names import SIMILAR_SCORE, match_firms
from chaingraph.places import regions

# Doubts of the name rules that a person should see; the others (another brand, other codes) say it is another firm.
_DOUBTS = {"several", "place_differs", "place_unknown", "group_or_arm", "near_second", "too_short", "names_differ"}
_LOOKED_AT = 40
_SHORTEST = 3  # characters of a bare name that can show anything
_FORM = re.compile(r"(集团|股份|有限责任|有限)*公司$|集团$")


class Keys(NamedTuple):
    """What a project is recognised by; "" where not known."""

    project_id: str
    investor: str
    credit_code: str
    group: str
    site: str
    zone: str
    investor_key: str


def keys(project_id: str, facts: Mapping[str, Any]) -> Keys:
    """The keys of a project from its fields."""
    investor = str(facts.get("investor", ""))
    site, zone = (normalise_name(str(facts.get(name, ""))) for name in ("site", "zone"))
    group = normalise_name(str(facts.get("group", "")))
    return Keys(project_id, investor, credit_key(facts.get("credit_code")), group, site, zone, normalise_name(investor))


def suspects(project: Keys, others: Sequence[Keys], same: Sequence[str]) -> list[tuple[str, str]]:
    """The projects that may be the same one, by project id, with the reasons (``;``-joined).

    Parameters
    ----------
    project, others
        Keys of the project in question and of the open ones.
    same
        What the rule compares: investor, group, site.

    Returns
    -------
    list of (project id, reasons)
        Reasons: ``code``, ``name:<rule>`` (rule of `match_firms`, or the doubt it had; ``place``:
        alike but for the place), ``group``, ``site``.
    """
    found: dict[str, list[str]] = {}

    def add(other: str, reason: str) -> None:
        found.setdefault(other, []).append(reason)

    others = sorted(other for other in others if other.project_id != project.project_id)
    for other in others:
        if "investor" in same and project.credit_code and project.credit_code == other.credit_code:
            add(other.project_id, "code")
        if "group" in same and _same_group(project, other):
            add(other.project_id, "group")
        elsewhere = project.zone and other.zone and project.zone != other.zone
        if "site" in same and project.site and project.site == other.site and not elsewhere:
            add(other.project_id, "site")
    if "investor" in same:
        for other_id, reason in _alike(project, others):
            add(other_id, reason)
    return [(other, ";".join(dict.fromkeys(reasons))) for other, reasons in sorted(found.items())]


def _same_group(one: Keys, other: Keys) -> bool:
    families = [{name for name in (keys.group, keys.investor_key) if name} for keys in (one, other)]
    # Two investors of one name are met by the rule for names; here a group stands on one side at least.
    return bool((families[0] & families[1]) - ({one.investor_key} & {other.investor_key}))


def _alike(project: Keys, others: Sequence[Keys]) -> list[tuple[str, str]]:
    """Projects whose investor's name a rule for names finds to be, or doubts to be, the same."""
    from rapidfuzz import fuzz, process

    name = project.investor_key
    exact = [other for other in others if other.investor_key == name]
    own = bare(name)
    placed = [other for other in others if other.investor_key != name and own == bare(other.investor_key)]
    if len(own) < _SHORTEST:
        placed = []
    rest = [other for other in others if other not in exact and other not in placed]
    names = [other.investor_key for other in rest]
    near = process.extract(name, names, scorer=fuzz.ratio, score_cutoff=SIMILAR_SCORE, limit=None)
    # A short name against full ones: two full names are compared as wholes.
    unlike_form = [place for place, other in enumerate(names) if not (_full(name) and _full(other))]
    short = [place for place in unlike_form if _within(name, names[place]) or _within(names[place], name)]
    found = [(other.project_id, "name:exact") for other in exact]
    found += [(other.project_id, "name:place") for other in placed]
    for _, _, place in sorted(near, key=lambda hit: hit[2]):
        reason = unlike(name, names[place])
        if reason != "wording_differs":  # another brand is another firm
            found.append((rest[place].project_id, f"name:{reason or 'similar'}"))
    for place in short[:_LOOKED_AT]:  # one by one: a second like name must not hide the first
        matches, review = match_firms(_firms([project]), _firms([rest[place]]))
        reasons = [*matches["rule"], *(reason for reason in review["reason"] if reason in _DOUBTS)]
        found += [(rest[place].project_id, f"name:{reason}") for reason in reasons[:1]]
    return found


@cache
def bare(name: str) -> str:
    """A normalised name without its legal form and without the places it begins or ends with.

    One group registers 嘉兴某某科技有限公司 here and 某某科技(平湖)有限公司 there.

    Examples
    --------
    >>> bare("构造甲科技嘉兴有限公司"), bare("嘉兴构造甲科技股份有限公司")
    ('构造甲科技', '构造甲科技')
    """
    text = core(_FORM.sub("", name))
    while place := next((place for place in _places() if text.endswith(place) and len(text) > len(place)), ""):
        text = text.removesuffix(place)
    return text


@cache
def _places() -> tuple[str, ...]:
    return ("中国", *regions.place_names())


def _full(name: str) -> bool:
    return name.endswith("公司")


def _within(short: str, full: str) -> bool:
    """Whether the characters of a short name stand in a full one, in order."""
    if not 2 <= len(short) < len(full):
        return False
    letters = iter(full)
    return all(letter in letters for letter in short)


def _firms(projects: Sequence[Keys]) -> Any:
    import pandas as pd

    return pd.DataFrame(
        {"firm_id": [each.project_id for each in projects], "firm": [each.investor for each in projects]}
    )
