"""The words of chains alone put product texts into segments; where they do not, it is said why."""

from __future__ import annotations

import pandas as pd
import pytest

from chaingraph.importers.chains import chain_tables
from chaingraph.model.case import Case, empty_table
from chaingraph.model.chain_template import load_chain
from chaingraph.tagging.by_words import ENOUGH_EXAMPLES, WordTagger
from chaingraph.tagging.cases import examples, tag_and_tell, words_of

CHAINS = Case("own", chain_tables([load_chain("泵阀与缝制装备"), load_chain("现代物流与临空服务")]))


@pytest.fixture(scope="module")
def words() -> WordTagger:
    return words_of(CHAINS)


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("不锈钢潜水泵", ("PS04",)),
        ("潜水泵、电脑平缝机", ("PS04", "PS12")),
        ("屏蔽泵系列产品", ("PS04",)),
        ("生产销售水泵", ("PS04",)),  # it is made, whatever else is done
        ("危险品运输", ("LG07",)),  # a service: to carry is what is done there
    ],
)
def test_a_product_belongs_to_the_word_it_ends_with(words: WordTagger, text: str, segments: tuple[str, ...]) -> None:
    assert words.tell(text) == (segments, words.tell(text).word, None)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("水泵销售", "dealing"),
        ("高端白酒", "of_no_chain"),
        ("某某某某", "no_word"),
        ("潜水泵配套用途的其他各类杂项用品", "partial"),
    ],
)
def test_it_is_said_why_there_is_none(words: WordTagger, text: str, why: str) -> None:
    assert words.tell(text).segments == ()
    assert words.tell(text).why == why


def made(products: dict[str, list[str]]) -> Case:
    rows = [(firm, product) for firm, held in products.items() for product in held]
    table = empty_table("firm_products").reindex(range(len(rows)))
    table = table.assign(firm_id=[row[0] for row in rows], product=[row[1] for row in rows], source="list")
    firms = empty_table("firms").reindex(range(len(products))).assign(firm_id=list(products), firm=list(products))
    kinds = {name: empty_table(name).dtypes.to_dict() for name in ("firms", "firm_products")}
    return Case("made", {"firms": firms.astype(kinds["firms"]), "firm_products": table.astype(kinds["firm_products"])})


def test_an_activity_without_a_thing_is_none_and_one_that_names_two_is_one() -> None:
    chains = Case("own", chain_tables([load_chain("高端装备与电气")]))
    tagger = words_of(chains)
    assert tagger.tell("齿轮及齿轮减、变速箱制造;生产") == (("HE03",), "齿轮", None)
    assert tagger.tell("生产、销售") == ((), None, "no_word")
    assert tagger.near("生产、销售") == ()


def test_a_case_without_firms_to_learn_from_tags_by_words_and_tells_of_the_others() -> None:
    assert len(examples(CHAINS)) < ENOUGH_EXAMPLES
    tagged, left = tag_and_tell(made({"a": ["潜水泵"], "b": ["水泵销售"], "c": ["白酒"], "d": ["平逢机"]}), CHAINS)
    rows = tagged["firm_segments"]
    assert rows[["firm_id", "segment_id", "basis", "confidence"]].to_numpy().tolist() == [
        ["a", "PS04", "seat", "unsure"]
    ]
    assert rows.loc[0, "source"] == "list;按产品用词归类(程序)"
    told = left.set_index("firm_id")
    assert told["why"].to_dict() == {"b": "dealing", "c": "of_no_chain", "d": "no_word"}
    assert "平缝机" in told.loc["d", "words"]
    assert pd.isna(told.loc["c", "words"])


@pytest.fixture(scope="module")
def of_two_chains() -> WordTagger:
    return words_of(Case("own", chain_tables([load_chain("生物医药（原料药）"), load_chain("时尚")])))


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("沙坦类原料药", ("RX04",)),
        ("普利类原料药、缬沙坦", ("RX04",)),
        ("原料药", ("RX07",)),  # which kind, nobody says
        ("化学原料药", ("RX07",)),
        ("合成纤维制造", ("FA01",)),
        ("氨纶包覆纱", ("FA01",)),
        ("针纺织品及原料销售", ()),  # both are sold
        ("针织面料及辅料生产", ("FA06",)),
    ],
)
def test_the_word_before_a_wide_one_says_which_kind_and_who_sells_makes_nothing(
    of_two_chains: WordTagger, text: str, segments: tuple[str, ...]
) -> None:
    assert of_two_chains.tell(text).segments == segments


def test_words_with_one_character_in_common_are_not_near(of_two_chains: WordTagger) -> None:
    assert "床品" not in of_two_chains.near("药品生产")
    assert of_two_chains.near("布匹零售") == ("布匹",)
    assert of_two_chains.near("平板电恼横机")[0] == "电脑横机"
