"""The figure that every chart is drawn on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from chaingraph.errors import MissingExtraError
from chaingraph.labels import both

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "WenQuanYi Micro Hei",
)


def new_figure(width: float, height: float) -> tuple[Figure, Any]:
    """A figure of its own, outside any window system, in a font that has Chinese."""
    try:
        import matplotlib as mpl
        from matplotlib import font_manager
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(both("errors.extra_charts")) from error
    installed = {font.name for font in font_manager.fontManager.ttflist}
    font = next((name for name in _FONTS if name in installed), None)
    if font is None:
        raise MissingExtraError(both("charts.no_font"))
    mpl.rcParams.update({"font.family": [font, "DejaVu Sans"], "axes.unicode_minus": False})
    # A name is text, also where it holds dollar signs; matplotlib would read what stands between them as TeX.
    mpl.rcParams.update({"svg.hashsalt": "chaingraph", "hatch.linewidth": 0.5, "text.parse_math": False})
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    # Without a window system a notebook would print its type and size; this is what it asks an object for.
    vars(figure)["_repr_png_"] = partial(_png, figure)
    return figure, axes


def _png(figure: Figure) -> bytes:
    """The figure as a notebook shows it."""
    from io import BytesIO

    held = BytesIO()
    figure.savefig(held, format="png", dpi=100)
    return held.getvalue()
