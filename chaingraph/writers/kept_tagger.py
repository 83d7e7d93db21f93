"""What was learnt of a case's words, kept beside the case: arrays and TOML, taken only where nothing has changed since.

Two hidden files stand beside the case: ``.NAME.tagger.npz`` (arrays of numbers, read without pickle) and
``.NAME.tagger.toml`` (what they were learnt from and what they hash to). Whatever does not fit, for any reason, is
learnt again; the files may be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import tomllib
import zipfile
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from chaingraph.errors import StoreError
from chaingraph.tagging.cases import to_learn
from chaingraph.writers.files import write_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd

    from chaingraph.model.case import Case
    from chaingraph.tagging.tagger import SegmentTagger

_ABOUT = "What was learnt of the case beside it; may be deleted / 由旁边的案例学得，可删除"
_LARGEST = 500_000_000  # bytes of a file of arrays that is read at all


def kept_tagger(case: Case, notes: pd.DataFrame | None, beside: Path) -> SegmentTagger:
    """As `tagging.cases.learn_tagger`, but learnt once: kept beside the case for the next time.

    Parameters
    ----------
    case, notes
        See `tagging.cases.case_terms`.
    beside
        Where the case was read from: a folder or a workbook.

    Raises
    ------
    CaseError
        When nothing can be learnt.
    """
    tagger, texts, labels, groups = to_learn(case, notes)
    made_of = _made_of(tagger, (texts, labels, groups))
    arrays, told = (beside.resolve().with_name(f".{beside.resolve().name}.tagger.{end}") for end in ("npz", "toml"))
    kept = _read(arrays, told, made_of)
    if kept is not None:
        with contextlib.suppress(ValueError):  # arrays of another form are learnt again
            return tagger.recall(texts, labels, groups, kept)
    tagger = tagger.fit(texts, labels, groups)
    # A folder that may not be written is no reason not to tag: it is learnt again next time.
    with contextlib.suppress(StoreError):
        content = io.BytesIO()
        np.savez(content, allow_pickle=False, **tagger.learnt())
        write_bytes(content.getvalue(), arrays)
        lines = {"about": _ABOUT, "made_of": made_of, "arrays": hashlib.sha256(content.getvalue()).hexdigest()}
        text = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in lines.items())
        write_bytes(text.encode(), told)
    return tagger


def _made_of(tagger: SegmentTagger, taught: Sequence[Sequence[str]]) -> str:
    """All that what is learnt depends on, hashed: terms, texts, settings, the code that learns."""
    settings = tagger.get_params()
    terms = settings.pop("terms")
    said = [terms.to_numpy().tolist(), taught, settings, version("scikit-learn"), version("numpy")]
    held = hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode())
    for room in ("tagging", "matching"):
        code = [file for file in files(f"chaingraph.{room}").iterdir() if file.name.endswith(".py")]
        for file in sorted(code, key=lambda file: file.name):
            held.update(file.read_bytes())
    return held.hexdigest()


def _read(arrays: Path, told: Path, made_of: str) -> dict[str, npt.NDArray[np.floating]] | None:
    """The arrays that were kept; None where there are none, or they are not whole, or made of something else."""
    try:
        lines = tomllib.loads(told.read_text("utf-8"))
        if lines.get("made_of") != made_of or arrays.stat().st_size > _LARGEST:
            return None
        content = arrays.read_bytes()
        if lines.get("arrays") != hashlib.sha256(content).hexdigest():
            return None
        with np.load(io.BytesIO(content), allow_pickle=False) as held:
            kept = {name: held[name] for name in held.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):  # of whatever kind the damage is
        return None
    return kept if all(one.dtype.kind == "f" and not np.isnan(one).any() for one in kept.values()) else None
