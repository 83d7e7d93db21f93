"""A chain template is read whole, or refused with the place, the key and what may stand there."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chaingraph.errors import UnknownNameError
from chaingraph.facts.derived_tables import segment_nodes
from chaingraph.importers.chains import chain_tables
from chaingraph.model.case import complete_tables
from chaingraph.model.chain_template import load_chain
from chaingraph.model.graph import ChainGraph
from chaingraph.model.registry import shipped
from tests.shared_data import shared

OWN = """id = "MC"
title = { zh = "构造链", en = "Made chain" }
chain_class = "future"
[[segments]]
id = "A"
name = { zh = "材料", en = "Materials" }
stage = "upstream"
keywords = { zh = ["粉体"], en = ["powder"] }
gbt4754 = ["2614"]
source = "构造"
[[segments]]
id = "B"
name = { zh = "部件", en = "Parts" }
stage = "midstream"
keywords = { zh = ["板材"], en = ["plate"] }
gbt4754 = []
source = "构造"
[[links]]
from = "A"
to = "B"
flow = "material"
source = "构造"
"""


def written(folder: Path, content: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_template_of_ones_own(tmp_path: Path) -> None:
    chain = load_chain(written(tmp_path, OWN))
    assert [segment.id for segment in chain.segments] == ["A", "B"]
    assert chain.segments[0].keywords == {"zh": ("粉体",), "en": ("powder",)}
    (link,) = chain.links
    assert (link.origin, link.target, link.kind, link.flow) == ("A", "B", "feeds", "material")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('"future"', '"futur"'), "chain template mine.toml: chain_class is 'futur'; choose: future"),
        ((', en = "Materials" }', " }"), "[[segments]] 1: name is {'zh': '材料'}; choose: { zh"),
        (('{ zh = ["板材"], en = ["plate"] }', '{ en = ["plate"] }'), "[[segments]] 2: keywords is ['en']"),
        (
            ('keywords = { zh = ["板材"]', 'service = "yes"\nkeywords = { zh = ["板材"]'),
            "2: service is 'yes'; choose: true",
        ),
        (('"midstream"', '"middle"'), "[[segments]] 2: stage is 'middle'; choose: "),
        (('"2614"', '"C26"'), "[[segments]] 1: gbt4754 is 'C26'; choose: 26, 261, 2614"),
        (('id = "B"', 'id = "A"'), "[[segments]] 2: id is 'A'; choose: 1× ([[segments]] 1)"),
        (('to = "B"', 'to = "C"'), "[[links]] 1: to is 'C'; choose: A, B"),
        (('to = "B"', 'to = "A"'), "[[links]] 1: to is 'A'; choose: B"),
        (('flow = "material"', 'flow = "goods"'), "[[links]] 1: flow is 'goods'; choose: material"),
        (('flow = "material"', 'kind = "is_a"\nflow = "part"'), "[[links]] 1: flow is 'part'; choose: kind = feeds"),
        (
            ('stage = "upstream"', 'stag = "upstream"'),
            "产业链模板 mine.toml, [[segments]] 1：key 为 'stag'；可选：stage",
        ),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    assert change[0] in OWN
    with pytest.raises(UnknownNameError) as refused:
        load_chain(written(tmp_path, OWN.replace(*change)))
    assert said in str(refused.value)


def test_every_row_has_a_source(tmp_path: Path) -> None:
    for number in range(OWN.count('source = "构造"')):
        parts = OWN.split('source = "构造"')
        content = (
            'source = "构造"'.join(parts[: number + 1]) + 'source = " "' + 'source = "构造"'.join(parts[number + 1 :])
        )
        with pytest.raises(UnknownNameError, match="source is ' '"):
            load_chain(written(tmp_path, content))


def test_english_words_flows_and_links_to_other_chains_may_be_lacking_or_given(tmp_path: Path) -> None:
    content = OWN.replace(', en = ["plate"]', "").replace('flow = "material"\n', "")
    content += '[[across]]\nfrom = "B"\nto = "EV14"\nkind = "same_as"\nsource = "构造"\n'
    chain = load_chain(written(tmp_path, content))
    assert "en" not in chain.segments[1].keywords
    assert chain.links[0].flow is None
    assert [(link.origin, link.target, link.kind) for link in chain.across] == [("B", "EV14", "same_as")]


def test_a_template_is_found_by_title_and_id() -> None:
    assert load_chain("新能源汽车").name == load_chain("ev").name == load_chain("New energy vehicles").name


WHOLE = {name: load_chain(name) for name in shipped("chains")}
SERVICES = {"logistics", "software", "digital_trade", "finance_business", "culture_tourism"}


def test_jiaxings_ten_chains_and_more_are_shipped() -> None:
    titles = {chain.title["zh"] for chain in WHOLE.values()}
    assert len(WHOLE) == 23
    assert titles > {"新型显示", "泵阀与缝制装备", "磁性材料", "航空发动机与航空零部件", "高端装备与电气", "低空经济"}


@pytest.mark.parametrize("name", shipped("chains"))
def test_every_shipped_template_is_whole(name: str) -> None:
    chain = WHOLE[name]
    assert 10 <= len(chain.segments) <= 22
    assert {segment.stage for segment in chain.segments} == {"upstream", "midstream", "downstream"}
    linked = {end for link in (*chain.links, *chain.across) for end in (link.origin, link.target)}
    assert len({segment.id for segment in chain.segments} - linked) <= 3
    assert all(segment.keywords["zh"] for segment in chain.segments)
    assert all(link.target in OF_ALL for link in chain.across)


def test_no_segment_id_and_no_chain_id_is_used_twice() -> None:
    assert sum(len(chain.segments) for chain in WHOLE.values()) == len(OF_ALL)
    assert len({chain.id for chain in WHOLE.values()}) == len(WHOLE)


OF_ALL = {segment.id for chain in WHOLE.values() for segment in chain.segments}


def test_classes_are_those_of_the_standard() -> None:
    table = pd.read_csv(shared("data/gbt4754-2017/gbt4754_2017.csv"), dtype="str")
    classes = set(table.loc[table["code"].str.len() == 4, "code"]) | {"3741"}  # listed there as 374, wrongly
    used = {code for chain in WHOLE.values() for segment in chain.segments for code in segment.gbt4754}
    assert len(used) > 250
    assert used - classes == set()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_operators_fill_the_chains_of_services(name: str) -> None:
    segments = chain_tables([WHOLE[name]])["segments"]
    graph = ChainGraph("services", complete_tables({"segments": segments}))
    nodes = segment_nodes(graph)
    assert nodes["service"].mean() > 0.8
