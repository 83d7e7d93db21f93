"""The small constructed case in the package: for a first look, and for the examples of the documentation."""

from __future__ import annotations

from importlib.resources import as_file, files

from chaingraph.model.case import Case
from chaingraph.reading.read import read_case


def load_example(*, lang: str = "zh") -> Case:
    """What does a case look like, and what comes out of it, before you have one of your own?

    One chain (energy storage, 储能) of eight segments and twenty firms in and around the city of 嘉兴. Places are real,
    everything else is made up: every firm's name begins with 构造 (Constructed) and every source is ``constructed``.

    Parameters
    ----------
    lang
        Language of the messages, should a table be refused: zh or en. The tables name everything in both.

    Returns
    -------
    Case
        The tables of ``chaingraph/library/example``, as `read_case` reads them.

    Examples
    --------
    >>> case = load_example()
    >>> len(case["firms"]), len(case["segments"]), len(case.rejects)
    (20, 8, 0)
    """
    with as_file(files("chaingraph") / "library" / "example") as folder:
        return read_case(folder, lang=lang)
