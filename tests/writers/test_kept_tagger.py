"""What a tagger has learnt is kept beside its case, and taken only where it is whole and of the very same words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chaingraph.model.case import Case
from chaingraph.tagging.tagger import SegmentTagger
from chaingraph.writers.kept_tagger import kept_tagger
from tests.made_tags import toy_chains

ASKED = ["超白光伏玻璃", "锂电池隔膜", "白酒", "光刻胶、湿法隔膜"]


@pytest.fixture(scope="module")
def chains() -> Case:
    return toy_chains()


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was learnt anew, a line each."""
    done: list[str] = []
    learn = SegmentTagger.fit

    def counted(self: SegmentTagger, *args: object) -> SegmentTagger:
        done.append("learnt")
        return learn(self, *args)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(SegmentTagger, "fit", counted)
    return done


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def test_it_is_learnt_once_and_says_the_same_to_the_bit(chains: Case, tmp_path: Path, fits: list[str]) -> None:
    first = kept_tagger(chains, None, tmp_path / "case")
    files = _files(tmp_path)
    assert sorted(files) == [".case.tagger.npz", ".case.tagger.toml"]
    again = kept_tagger(chains, None, tmp_path / "case")
    assert fits == ["learnt"]
    pd.testing.assert_frame_equal(again.tag(ASKED), first.tag(ASKED), check_exact=True)
    pd.testing.assert_frame_equal(again.explain(ASKED), first.explain(ASKED), check_exact=True)
    assert again.threshold_ == first.threshold_
    (tmp_path / ".case.tagger.npz").unlink()
    kept_tagger(chains, None, tmp_path / "case")
    assert _files(tmp_path) == files  # learnt again, the same bytes
    assert len(fits) == 2


def test_what_is_stale_or_damaged_is_learnt_again(chains: Case, tmp_path: Path, fits: list[str]) -> None:
    kept_tagger(chains, None, tmp_path / "case")
    arrays, told = tmp_path / ".case.tagger.npz", tmp_path / ".case.tagger.toml"
    whole = _files(tmp_path)
    # Another word, another text.
    terms = chains["segment_terms"].assign(segments=chains["segment_terms"]["segments"].replace("EV04", "EV03"))
    texts = chains["firm_segments"].assign(product="隔膜")
    for table, rows in (("segment_terms", terms), ("firm_segments", texts)):
        kept_tagger(replace(chains, tables={**chains.tables, table: rows}), None, tmp_path / "case")
    assert len(fits) == 3
    damages = {
        arrays: (whole[arrays.name][:-9], b"", whole[arrays.name][:200] + b"X" + whole[arrays.name][201:]),
        told: (b"\xff\xfe", b"made_of = 3", b"not toml", whole[told.name].replace(b"arrays", b"rays")),
    }
    learnt = len(fits)
    for path, contents in damages.items():
        for content in contents:
            for name, held in whole.items():
                (tmp_path / name).write_bytes(held)
            path.write_bytes(content)
            kept_tagger(chains, None, tmp_path / "case")
            learnt += 1
            assert len(fits) == learnt, (path.name, content[:20])
            assert _files(tmp_path) == whole


def test_arrays_of_another_form_are_not_taken_though_the_hash_is_theirs(
    chains: Case, tmp_path: Path, fits: list[str]
) -> None:
    import hashlib
    import io

    kept_tagger(chains, None, tmp_path / "case")
    arrays, told = tmp_path / ".case.tagger.npz", tmp_path / ".case.tagger.toml"
    whole = _files(tmp_path)
    with np.load(arrays) as held:
        good = {name: held[name] for name in held.files}
    forged: list[dict[str, object]] = [
        {**good, "dual": good["dual"][1:]},
        {**good, "threshold": np.array([np.nan])},
        {**good, "pair": np.array(["a"] * len(good["pair"]))},
        {**good, "pair": np.array([object()] * len(good["pair"]))},
        {name: one for name, one in good.items() if name != "calibration"},
    ]
    for number, one in enumerate(forged):
        content = io.BytesIO()
        np.savez(content, **one)  # type: ignore[arg-type]  # what a stranger might write
        arrays.write_bytes(content.getvalue())
        said = hashlib.sha256(whole[arrays.name]).hexdigest(), hashlib.sha256(content.getvalue()).hexdigest()
        told.write_text(whole[told.name].decode().replace(*said), "utf-8")
        kept_tagger(chains, None, tmp_path / "case")
        assert len(fits) == number + 2
        assert _files(tmp_path) == whole


def test_a_folder_that_may_not_be_written_is_no_reason_not_to_tag(
    chains: Case, tmp_path: Path, fits: list[str]
) -> None:
    (tmp_path / "a file").touch()
    tagger = kept_tagger(chains, None, tmp_path / "a file" / "case")  # nothing can be written there, not even by root
    assert list(tagger.predict(["超白光伏玻璃"])) == ["PV04"]
    assert fits == ["learnt"]
    assert [path.name for path in tmp_path.iterdir()] == ["a file"]
