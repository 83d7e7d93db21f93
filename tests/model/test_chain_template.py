"""A chain template is read whole, or refused with the place, the key and what may stand there."""

from __future__ import annotations

from pathlib import Path

import pytest

from chaingraph.errors import UnknownNameError
from chaingraph.model.chain_template import load_chain
from chaingraph.model.registry import shipped

OWN = """title = { zh = "构造链", en = "Made chain" }
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
        ((', en = ["plate"]', ""), "[[segments]] 2: keywords is ['zh']"),
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


@pytest.mark.parametrize("name", shipped("chains") or ["none"])
def test_every_shipped_template_is_whole(name: str) -> None:
    if name == "none":
        with pytest.raises(UnknownNameError, match="no chain template"):
            load_chain(name)
    else:
        assert load_chain(name).segments
