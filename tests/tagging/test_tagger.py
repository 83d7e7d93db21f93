"""None"""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chaingraph.cli.main import main
from chaingraph.errors import CaseError
from chaingraph.model.case import Case, empty_table
from chaingraph.reading.read import NATIONAL_TABLES, read_case
from chaingraph.tagging.cases import case_terms, examples, tag_and_tell, tag_products
from chaingraph.tagging.context import batches, beside
from chaingraph.tagging.features import NONE, TermIndex, is_dealing, normalise, parts
from chaingraph.tagging.linear import LinearStep
from chaingraph.tagging.tagger import SegmentTagger
from chaingraph.writers.case import write_case
from tests.made_tags import TERMS, TEXTS, small, toy_chains
from tests.shared_data import FROZEN

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tagger() -> SegmentTagger:
    return small()


def test_a_text_is_cut_into_products_and_latin_names_stay_whole() -> None:
    assert parts("丙烯、混合碳四(C4、C5);分部间抵销") == ("丙烯", "混合碳四")
    assert parts("PET/CT,T/R组件/雷达") == ("pet/ct", "t/r组件", "雷达")
    assert normalise("印制电路板业务系列") == "印制电路板"
    assert parts("") == ()
    assert is_dealing("汽车销售")
    assert not is_dealing("汽车")


def test_terms_are_found_longest_first_and_not_inside_latin_words() -> None:
    index = TermIndex([("pc", "term:pc", ["CM10"]), ("锂电池", "term:a", ["EV04"]), ("锂电池隔膜", "term:b", ["EV03"])])
    assert index.find("upcast") == []
    assert index.find("pc板") == [(0, 2, frozenset({"CM10"}))]
    assert index.find("锂电池隔膜") == [(0, 5, frozenset({"EV03"}))]
    assert index.find("锂电池隔膜", without="term:b") == [(0, 3, frozenset({"EV04"}))]


def test_a_term_of_the_case_outweighs_where_firms_were_put() -> None:
    index = TermIndex([("光刻胶", "term:光刻胶", ["CM14", "NC02"]), ("光刻胶", "group:x", ["OE01"])])
    assert index.meaning("光刻胶") == {"CM14", "NC02"}
    assert index.meaning("光刻胶", without="term:光刻胶") == {"OE01"}


def test_scores_that_leave_a_group_out_are_those_of_a_model_without_it() -> None:
    texts = ["光伏玻璃", "太阳能玻璃", "锂电池", "动力电池", "白酒", "葡萄酒"]
    labels = [frozenset({name}) for name in ("P", "P", "E", "E", NONE, NONE)]
    groups = ["a", "b", "b", "c", "d", "d"]
    whole = LinearStep(0.3).fit(texts, labels, ["P", "E", NONE])
    seen = whole.features(texts).toarray().astype(float)
    target = np.array([[name in held for name in ("P", "E", NONE)] for held in labels], dtype=float)
    scores = whole.held_out(groups)
    for group in "abcd":
        out = np.array([one == group for one in groups])
        kernel = seen[~out] @ seen[~out].T + 0.3 * np.eye(int((~out).sum()))
        expected = seen[out] @ seen[~out].T @ np.linalg.solve(kernel, target[~out])
        np.testing.assert_allclose(scores[out], expected, atol=1e-4)


def test_it_names_segments_and_none_of_these(tagger: SegmentTagger) -> None:
    assert list(tagger.classes_) == ["CM14", "EV03", "EV04", "NC02", "PV04", ""]
    assert list(tagger.predict(["超白光伏玻璃", "锂电池隔膜", "酱香白酒", "", "分部间抵销"])) == [
        "PV04",
        "EV03",
        "",
        "",
        "",
    ]


def test_probabilities_are_per_segment_and_the_last_column_is_none(tagger: SegmentTagger) -> None:
    table = tagger.predict_proba(["光刻胶", "贷款"])
    assert table.shape == (2, 6)
    assert ((table >= 0) & (table <= 1)).all()
    assert table[0, 0] > 0.3  # both chains that the word names
    assert table[0, 3] > 0.3
    assert table[1, -1] > 0.5


def test_empty_texts_alone_are_none_of_these(tagger: SegmentTagger) -> None:
    """Found by fuzzing: with nothing but empty texts there is nothing to judge, and no error either."""
    values = tagger.predict_proba(["", " ", "、"])
    assert values[:, -1].tolist() == [1.0, 1.0, 1.0]
    assert not values[:, :-1].any()
    assert tagger.tag([""]).empty


def test_the_words_that_decided(tagger: SegmentTagger) -> None:
    reasons = tagger.explain(["锂电池隔膜材料"])
    top = reasons[reasons["segment_id"] == "EV03"]
    assert top.loc[top["kind"] == "term", "words"].tolist() == ["锂电池隔膜"]
    assert (top.loc[top["kind"] == "letters", "contribution"].abs() > 0).any()


def test_a_text_of_several_products_gets_the_segments_of_each(tagger: SegmentTagger) -> None:
    found = tagger.tag(["光伏玻璃、动力锂电池"], least=tagger.threshold_)
    assert found[["segment_id", "product"]].to_numpy().tolist() == [["EV04", "动力锂电池"], ["PV04", "光伏玻璃"]]


def test_a_word_that_two_terms_come_down_to_means_no_segment_when_one_is_of_no_chain() -> None:
    terms = pd.DataFrame({"term": ["医药业务", "医药产品", "光伏产品"], "segments": ["", "LH11", "PV07"]})
    model = SegmentTagger(terms).fit(["光伏组件", "光伏板", "合同研发", "白酒"] * 3, ["PV07", "PV07", "LH11", ""] * 3)
    assert model.index_.meaning("医药", without="group:x") == {NONE}
    assert model.index_.meaning("光伏") == {"PV07"}
    assert normalise("医药研发") != normalise("医药")  # research is said, not an empty end


def test_other_products_of_the_firm_speak_for_its_chain() -> None:
    numbers = beside(
        np.array([0, 1, -1]),
        np.array([7, 7, 7, 8]),
        np.array([0, 0, 1, 2]),
        np.array([0, 1, 0, -1]),
        np.array([0.5, 0.6, 0.9, 0.0]),
    )
    assert numbers[:, 1].round(3).tolist() == [0.405, 0.0, -4.595, -4.595]  # logit of 0.6, of 0.5, none, none
    assert numbers[:, 2].tolist() == pytest.approx([0.6, 0.5, 0, 0])
    assert numbers[:, 3].tolist() == pytest.approx([0.9, 0.0, 0.5, 0.0])
    assert numbers[:, 4].tolist() == [0, 0, 0, 1]
    # Learnt from firms of two products each: those of EV make two of EV, an LED maker's 锂电池 is put elsewhere.
    rows = [("锂电池", "EV04"), ("湿法隔膜", "EV03"), ("锂电池", "OE01"), ("白酒", "")] * 6
    chains = {"EV03": "EV", "EV04": "EV", "OE01": "OE"}
    learnt = SegmentTagger(TERMS, chains=chains).fit(
        [text for text, _ in rows], [label for _, label in rows], [place // 2 for place in range(len(rows))]
    )
    texts, groups = ["白酒", "锂电池", "锂电池", "湿法隔膜"], ["b", "a", "b", "a"]
    found = learnt.tag(texts, groups=groups)
    cell = found[found["segment_id"] == "EV04"].set_index("row")["probability"]
    assert cell[1] > cell[2] + 0.05
    texts, groups = texts[:3], groups[:3]
    found = learnt.tag(texts, groups=groups)
    order = [2, 0, 1]
    again = learnt.tag([texts[row] for row in order], groups=[groups[row] for row in order])
    back = again.assign(row=[order[row] for row in again["row"]]).sort_values(["row", "column"], ignore_index=True)
    pd.testing.assert_frame_equal(back, found, check_dtype=False)


def test_a_group_is_never_parted_by_a_batch() -> None:
    held = list(batches(list("abcdef"), ["x", "y", "x", "y", "z", "x"], 2))
    assert [texts for _, _, texts in held] == [["a", "c", "f"], ["b", "d"], ["e"]]
    assert [rows.tolist() for rows, _, _ in held] == [[0, 2, 5], [1, 3], [4]]
    assert [len(texts) for _, _, texts in batches(list("abcde"), None, 2)] == [2, 2, 1]


def test_twice_is_the_same_and_order_does_not_matter(tagger: SegmentTagger) -> None:
    texts = [text for text, _ in TEXTS]
    again = small()
    assert again.threshold_ == tagger.threshold_
    np.testing.assert_array_equal(again.predict_proba(texts), tagger.predict_proba(texts))
    np.testing.assert_allclose(tagger.predict_proba(texts[::-1])[::-1], tagger.predict_proba(texts), atol=1e-6)


def test_it_is_an_estimator(tagger: SegmentTagger) -> None:
    """The checks of scikit-learn that apply to a text estimator; docs/tagging.md says which do not and why."""
    from sklearn.base import clone
    from sklearn.exceptions import NotFittedError
    from sklearn.utils import estimator_checks

    for check in (
        "cloneable",
        "repr",
        "tags_renamed",
        "do_not_raise_errors_in_init_or_set_params",
        "get_params_invariance",
        "set_params",
        "mixin_order",
        "no_attributes_set_in_init",
        "parameters_default_constructible",
        "valid_tag_types",
    ):
        name = next(
            found for found in (f"check_estimator_{check}", f"check_{check}") if hasattr(estimator_checks, found)
        )
        getattr(estimator_checks, name)("SegmentTagger", SegmentTagger())
    copy = clone(tagger)
    assert copy.get_params()["terms"].equals(TERMS)
    with pytest.raises(NotFittedError):
        copy.predict(["光伏玻璃"])
    assert tagger.score(["光伏玻璃"], ["PV04"]) == 1.0
    again = pickle.loads(pickle.dumps(tagger))
    assert list(again.predict(["光伏玻璃"])) == ["PV04"]
    # By its tags (text, one dimension) scikit-learn's own choice of checks is what can be asked of it at all.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator_checks.check_estimator(SegmentTagger())


def test_what_cannot_be_learnt_is_refused() -> None:
    with pytest.raises(CaseError, match="differ in number"):
        SegmentTagger().fit(["光伏玻璃"], ["PV04", "EV04"])
    with pytest.raises(CaseError, match="no text to learn"):
        SegmentTagger().fit(["贷款"], [""])


def test_products_of_a_case_become_rows_that_say_where_they_are_from() -> None:
    products = pd.DataFrame(
        {
            "firm_id": ["a", "a", "b", "c"],
            "product": ["超白光伏玻璃", "光伏玻璃(2.0mm)", "高端白酒", "湿法隔膜"],
            "share": [0.5, 0.4, 1.0, np.nan],
            "source": "list",
            "as_of": ["2020", "2021", "2021", "2021"],
        }
    )
    tagged = tag_and_tell(Case("national", {"firm_products": products}), toy_chains())[0]["firm_segments"]
    assert tagged[["firm_id", "segment_id", "kind", "basis"]].to_numpy().tolist() == [
        ["a", "PV04", "maker", "seat"],
        ["c", "EV03", "maker", "seat"],
    ]
    first = tagged.iloc[0]
    assert set(first["product"].split("、")) == {"超白光伏玻璃", "光伏玻璃(2.0mm)"}
    assert first["share"] == pytest.approx(0.9)
    assert first["as_of"] == "2021"
    assert first["source"].startswith("list;SegmentTagger>=")
    assert tagged["status"].isna().all()
    assert tagged["confidence"].isin(["known", "unsure"]).all()
    assert pd.isna(tagged.iloc[1]["share"])


def test_a_product_of_no_weight_is_no_sign_of_a_maker() -> None:
    products = pd.DataFrame(
        {"firm_id": ["a", "b", "c"], "product": "光伏玻璃", "share": [0.5, 0.004, np.nan], "as_of": "2021"}
    )
    products["source"] = "list"

    class Sure:
        thresholds_ = np.full(3, 0.5)
        chains = None

        def tag(self, texts: list[str], groups: list[str], least: float | None) -> pd.DataFrame:
            return pd.DataFrame({"row": range(len(texts)), "segment_id": "PV04", "probability": 0.99})

    tagged = tag_products(products, Sure())
    assert tagged["firm_id"].tolist() == ["a", "c"]  # unknown is not small


def test_what_a_firm_may_do_by_its_scope_is_never_known() -> None:
    products = pd.DataFrame(
        {"firm_id": ["a", "b", "b"], "product": ["光伏玻璃", "光伏玻璃", "锂电池"], "share": np.nan}
    )
    products = products.assign(source="register", as_of="2019-04", confidence=["seen", "unsure", "unsure"])

    class Sure:
        thresholds_ = np.full(3, 0.5)
        chains = None

        def tag(self, texts: list[str], groups: list[str], least: float | None) -> pd.DataFrame:
            return pd.DataFrame({"row": range(len(texts)), "segment_id": "PV04", "probability": 0.99})

    assert tag_products(products, Sure())["confidence"].tolist() == ["known", "unsure"]


def test_rows_the_case_states_itself_win() -> None:
    tables = {"firm_products": pd.DataFrame({"firm_id": ["a"], "product": ["光伏玻璃"], "share": [np.nan]})}
    tables["firm_segments"] = pd.DataFrame({"firm_id": ["a"], "segment_id": ["PV04"], "product": ["own"]}).reindex(
        columns=empty_table("firm_segments").columns
    )
    tagged = tag_and_tell(Case("national", tables), toy_chains())[0]["firm_segments"]
    assert tagged["product"].tolist() == ["own"]


def test_a_case_without_products_and_a_term_of_no_segment_are_refused() -> None:
    with pytest.raises(CaseError, match="no firm_products"):
        tag_and_tell(Case("empty", {}), toy_chains())
    chains = toy_chains()
    wrong = pd.DataFrame({"term": ["甲"], "segments": ["ZZ01"]}).reindex(columns=empty_table("segment_terms").columns)
    with pytest.raises(CaseError, match="ZZ01"):
        case_terms(Case("wrong", {**chains.tables, "segment_terms": wrong}))


def test_names_of_unused_classes_are_words_of_other_industries() -> None:
    notes = pd.DataFrame({"code": ["0111", "3042"], "level": ["4", "4"], "name": ["稻谷种植", "特种玻璃制造"]})
    chains = toy_chains()
    segments = chains["segments"].assign(gbt4754=["3042", *[np.nan] * 4])
    terms = case_terms(Case("c", {**chains.tables, "segments": segments}), notes)
    assert terms.loc[terms["origin"] == "class", ["term", "segments"]].to_numpy().tolist() == [["稻谷种植", ""]]


@pytest.mark.slow
def test_the_command_tags_a_case_with_the_jiaxing_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    firms = pd.DataFrame({"firm_id": ["1", "2"], "firm": ["甲玻璃股份有限公司", "乙银行股份有限公司"]})
    products = pd.DataFrame({"firm_id": ["1", "2"], "product": ["光伏玻璃", "公司贷款"], "share": [0.7, 1.0]})
    tables = {
        name: frame.reindex(columns=empty_table(name).columns).astype(empty_table(name).dtypes.to_dict())
        for name, frame in (("firms", firms), ("firm_products", products))
    }
    write_case(Case("n", tables), tmp_path / "n", form="csv")
    arguments = [str(tmp_path / "n"), "--with", str(FROZEN), "--out", str(tmp_path / "t")]
    assert main(["tag", *arguments, "--lang", "en"]) == 0
    assert "1 tagged rows of 1 firms" in capsys.readouterr().out
    tagged = read_case(tmp_path / "t", required=NATIONAL_TABLES)
    assert tagged["firm_segments"][["firm_id", "segment_id", "share"]].to_numpy().tolist() == [["1", "PV04", 0.7]]
    assert len(tagged["segments"]) == 170


@pytest.mark.slow
def test_the_jiaxing_case_teaches_what_it_says() -> None:
    case = read_case(FROZEN)
    known = examples(case)
    model = SegmentTagger(case_terms(case)).fit(known["product"], known["segment_id"], known["firm_id"])
    said = list(
        model.predict(["光伏玻璃", "锂电池隔膜", "质子交换膜", "氟-18", "贷款业务", "白酒", "生猪养殖", "商品房销售"])
    )
    assert said == ["PV04", "EV03", "HY07", "NM03", "", "", "", ""]
    products = pd.DataFrame(
        {"firm_id": ["x"], "product": ["光伏逆变器"], "share": [1.0], "source": ["s"], "as_of": ["2021"]}
    )
    assert tag_products(products, model)["segment_id"].tolist() == ["PV08"]


def test_what_a_text_denies_is_not_found_in_it() -> None:
    index = TermIndex([("轮胎", "a", ["EV21"]), ("非织造布", "b", ["FA05"])])
    assert index.find("橡胶非轮胎") == []
    assert [(start, end) for start, end, _ in index.find("橡胶轮胎")] == [(2, 4)]
    assert [(start, end) for start, end, _ in index.find("水刺非织造布")] == [(2, 6)]
