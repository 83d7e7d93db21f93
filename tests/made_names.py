"""Names of a register as people write them, with the truth: what matching by name is measured on."""

from __future__ import annotations

import random
import re

import pandas as pd

from chaingraph.places import regions

# What people do to a name, and firms that the register does not have.
KINDS = (
    "same", "brackets", "form_dropped", "form_changed", "place_dropped", "place_added", "level_written", "both_dropped",
    "typo_other", "typo_missing", "typo_swapped", "absent",
)  # fmt: skip
TYPOS = ("typo_other", "typo_missing", "typo_swapped")
_FORM = re.compile(r"(?:股份)?有限(?:责任)?公司$")
_LEVEL = re.compile("^(省|市|县|区)")


def changed_names(register: pd.DataFrame, count: int, *, seed: int = 0, placed: bool = True) -> pd.DataFrame:
    """So many firms of a register with their names changed, a twelfth of them in each way.

    Parameters
    ----------
    register
        firm_id, firm, province, city, district; names that stand there once are drawn.
    count, seed
        How many, and by which lot.
    placed
        Whether the list says where its firms are.

    Returns
    -------
    DataFrame
        firm_id, firm, kind, truth (firm_id in the register; of ``absent`` that of the row to be taken out of it), and
        country, province and city with ``placed``.
    """
    chance = random.Random(seed)
    letters = sorted(set("".join(register["firm"].iloc[:: max(1, len(register) // 2000)])))
    once = register[~register["firm"].duplicated(keep=False) & register["firm"].str.contains("公司")]
    once = once.sort_values("firm_id")
    order = chance.sample(range(len(once)), len(once))
    rows = []
    for place in order:
        if len(rows) == count:
            break
        row = once.iloc[place]
        kind = KINDS[len(rows) % len(KINDS)]
        name = _changed(str(row["firm"]), kind, str(row["province"]), str(row["city"]), letters, chance)
        if name is None or (name == row["firm"] and kind not in ("same", "absent")):
            continue
        if kind == "absent":  # as people write it, too
            way = chance.choice(KINDS[:8])
            name = _changed(name, way, str(row["province"]), str(row["city"]), letters, chance) or name
        rows.append((f"L{len(rows):05}", name, kind, row["firm_id"], "中国", row["province"], row["city"]))
    frame = pd.DataFrame(rows, columns=["firm_id", "firm", "kind", "truth", "country", "province", "city"])
    return frame if placed else frame.drop(columns=["country", "province", "city"])


def _changed(name: str, kind: str, province: str, city: str, letters: list[str], chance: random.Random) -> str | None:
    """The name changed in one way; None where it cannot be."""
    start, rest = _place(name)
    form = _FORM.search(name)
    if kind in ("same", "absent"):
        return name
    if kind == "brackets":
        return f"({start}){rest}" if start else None
    if kind == "form_dropped":
        return _FORM.sub("", name) if form and form.start() - len(start) >= 4 else None
    if kind == "form_changed":
        if not form:
            return None
        other = {"有限公司": "有限责任公司", "有限责任公司": "有限公司", "股份有限公司": "股份公司"}
        return _FORM.sub(other.get(form[0], "有限公司"), name)
    if kind == "place_dropped":
        return without_place(name)
    if kind == "place_added":
        return None if name.startswith(province) else province + name
    if kind == "level_written":
        cut = start[:-1] if len(start) > 2 and _LEVEL.match(start[-1]) else start
        return cut + rest if cut != start else start + "市" + rest if start == city else None
    if kind == "both_dropped":
        return _FORM.sub("", rest) if start and form and len(_FORM.sub("", rest)) >= 4 else None
    inner = range(len(start), form.start() if form else len(name))
    if len(inner) < 4:
        return None
    spot = chance.choice(inner[:-1])
    if kind == "typo_other":
        return name[:spot] + chance.choice(letters) + name[spot + 1 :]
    if kind == "typo_missing":
        return name[:spot] + name[spot + 1 :]
    return name[:spot] + name[spot + 1] + name[spot] + name[spot + 2 :]


def without_place(name: str) -> str | None:
    """A name without the place it begins with; None where it begins with none."""
    start, rest = _place(name)
    return rest if start else None


def _place(name: str) -> tuple[str, str]:
    start = next((place for place in regions.place_names() if name.startswith(place)), "")
    level = start and _LEVEL.match(name[len(start) :])
    start += level[0] if level else ""
    return start, name[len(start) :]


def share_found(made: pd.DataFrame, matches: pd.DataFrame, review: pd.DataFrame) -> pd.DataFrame:
    """Per kind and over all: rows, share matched rightly, share put to review rightly, how many matched wrongly."""
    truth = made.set_index("firm_id")["truth"].where(made.set_index("firm_id")["kind"] != "absent")
    right = matches["right_id"].to_numpy() == matches["left_id"].map(truth).to_numpy()
    asked = review["right_id"].to_numpy() == review["left_id"].map(truth).to_numpy()
    told = made.assign(
        found=made["firm_id"].isin(matches.loc[right, "left_id"]),
        wrong=made["firm_id"].isin(matches.loc[~right, "left_id"]),
    )
    told["shown"] = made["firm_id"].isin(review.loc[asked, "left_id"]) & ~told["found"]
    shares = {"found": ("found", "mean"), "shown": ("shown", "mean")}
    columns = {"rows": ("kind", "size"), **shares, "wrong": ("wrong", "sum")}
    by = told.groupby("kind").agg(**columns)
    present = told[told["kind"] != "absent"].assign(kind="all")
    total = present.groupby("kind").agg(**columns).assign(wrong=int(told["wrong"].sum()))
    return pd.concat([by, total])
