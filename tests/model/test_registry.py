"""What a registry finds in its folder or in a file of the user's own, and what it says of a file that does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaingraph.errors import UnknownNameError
from chaingraph.model import registry
from chaingraph.model.strategy import load_strategy

OWN = """title = "引龙头"
[seeds]
leader = 5
partner = 1
other = 0.5
[pool]
segments = "gaps"
states = ["missing", "none_known"]
[tiers]
first = ["soe"]
[rank]
order = ["tier", "fit"]
quota = 0.5
"""


def written(folder: Path, content: str, name: str = "mine.toml") -> str:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("kind", [kind for kind in registry.KINDS if registry.shipped(kind)])
def test_what_is_shipped_loads_and_is_called_something_in_both_languages(kind: str) -> None:
    for name in registry.shipped(kind):
        found = registry.load(kind, name)
        assert found.name == name
        assert found.title("zh")
        assert found.title("en")


def test_a_file_dropped_into_the_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "strategies").mkdir()
    written(tmp_path / "strategies", OWN, "flagship.toml")
    written(tmp_path / "strategies", "order = -1\n" + OWN, "first.toml")
    (tmp_path / "strategies" / "notes.txt").write_text("no definition", encoding="utf-8")
    monkeypatch.setattr(registry, "LIBRARY", tmp_path)
    assert registry.shipped("strategies") == ("first", "flagship")
    assert load_strategy("flagship").quota == 0.5


def test_a_file_of_ones_own_keeps_its_whole_name(tmp_path: Path) -> None:
    # A copy of a shipped strategy, changed, is never taken for the shipped one.
    own = load_strategy(written(tmp_path, OWN, "extend.toml"))
    assert own.name == "extend.toml"
    assert own.title == {"zh": "引龙头", "en": "引龙头"}
    assert load_strategy("extend").quota == 0.25


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('"gaps"', '"gap"'), "招商策略 mine.toml：pool.segments 为 'gap'；可选：gaps, leader_segments"),
        (("quota = 0.5", "quota = 3"), "strategy mine.toml: rank.quota is 3; choose: > 0, ≤ 1"),
        (("quota = 0.5", ""), "招商策略 mine.toml：rank.quota 为 空（没有写）；可选：> 0, ≤ 1"),
        (("quota = 0.5", "quotta = 1"), r"strategy mine.toml, [rank]: key is 'quotta'; choose: quota, order"),
        (('"missing"', '"absent"'), "pool.states is 'absent'; choose: "),
        (('states = ["missing", "none_known"]', ""), "pool.states is []; choose: missing"),
        (('["tier", "fit"]', '["tier", "tier"]'), "rank.order is ['tier', 'tier']; choose: 1-8: motive"),
        (('["soe"]', '["so"]'), "tiers.first is 'so'; choose: soe"),
        (("leader = 5", "leader = true"), "seeds.leader is True; choose: > 0"),
        (("[seeds]", "[seed]"), "key is 'seed'; choose: seeds"),
        (("[seeds]", "[seeds"), "strategy mine.toml cannot be read: "),
    ],
)
def test_a_strategy_that_does_not_fit_is_refused_whole(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    assert change[0] in OWN
    with pytest.raises(UnknownNameError) as refused:
        load_strategy(written(tmp_path, OWN.replace(*change)))
    assert said in str(refused.value)
    assert set(refused.value.sentences) == {"zh", "en"}


def test_what_is_neither_name_nor_file_lists_near_names(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="no strategy 'extned'; choose: extend, strengthen, build, or the path"):
        registry.load("strategies", "extned")
    with pytest.raises(UnknownNameError, match="no workbook profile"):
        registry.load("profiles", tmp_path / "absent.toml")
    with pytest.raises(UnknownNameError, match="no ledger rules"):
        registry.load("rules", written(tmp_path, "", "rules.txt"))


def test_built_on_takes_over_what_is_not_said(tmp_path: Path) -> None:
    own = written(tmp_path, 'kind = "reinvest"\n[low_paid_in]\npaid_in_share = 1\n')
    found = registry.built_on(registry.load("pools", own))
    shipped = registry.load("pools", "reinvest").content
    assert found.content["low_paid_in"] == {**shipped["low_paid_in"], "paid_in_share": 1}
    assert found.content["undistributed"] == shipped["undistributed"]
    assert found.title("en") == "mine.toml"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("months = 3", "pool mine.toml: kind is not there; choose: reinvest, fund"),
        ('kind = "fond"', "pool mine.toml: kind is 'fond'; choose: fund, reinvest"),
        ('kind = "fund"\nfollow_on = 3', "pool mine.toml: key is 'follow_on'; choose: follow_on_months"),
        ('kind = "fund"\nfollow_on_months = "12"', "follow_on_months is '12'; choose: 24"),
        ('kind = "fund"\nfollow_on_months = true', "follow_on_months is True; choose: 24"),
        ('kind = "fund"\nstates = [1]', "states is [1]; choose: ['missing'"),
        ('kind = "reinvest"\n[low_paid_in]\nshare = 1', "pool mine.toml, [low_paid_in]: key is 'share'"),
        ('kind = "fund"\ntitle = 3', "title is 3"),
    ],
)
def test_what_the_kind_does_not_have_is_refused(tmp_path: Path, content: str, said: str) -> None:
    with pytest.raises(UnknownNameError) as refused:
        registry.built_on(registry.load("pools", written(tmp_path, content))).title("en")
    assert said in str(refused.value)


def test_the_code_of_a_kind_is_found_by_its_name(tmp_path: Path) -> None:
    own = registry.load("pools", written(tmp_path, 'kind = "fund"'))
    assert registry.module_of("chaingraph.pools", own).__name__ == "chaingraph.pools.fund"
    with pytest.raises(UnknownNameError, match="kind is 'absent'; choose: "):
        registry.module_of("chaingraph.pools", registry.load("pools", written(tmp_path, 'kind = "absent"')))
