"""The figures that move: one module each, with a function ``build()`` that returns a `Figure`.

A figure has sliders. Each combination of their positions is a *frame*, numbered with the last
slider counting fastest, and a figure holds, per frame, what the words say and what each part of
the picture becomes. Everything is computed here, by `regkit`; the page only looks it up.
"""

from dataclasses import dataclass, field
from importlib import import_module
from math import prod
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Picture:
    """A drawing, one `<svg>` element; `alt` tells it to those who cannot see it."""

    name: str
    svg: str
    alt: str
    width: float
    height: float


@dataclass(frozen=True)
class Slider:
    """A slider: `texts` holds what is said and shown at each position, `start` the first one."""

    name: str
    label: str
    texts: tuple[str, ...]
    start: int = 0


@dataclass(frozen=True)
class Button:
    """A button that sets a slider to a position, or moves it by a number of steps."""

    label: str
    slider: str
    to: int | None = None
    by: int = 0


@dataclass(frozen=True)
class Change:
    """In every frame, what an attribute of a part becomes; its text, if `what` is "text"."""

    part: str
    what: str
    values: tuple


@dataclass(frozen=True)
class Drag:
    """A picture on which a finger or mouse moves a slider: the x of each position, in its units."""

    picture: str
    slider: str
    at: tuple[float, ...]


@dataclass(frozen=True)
class Table:
    """A table at the start; a row's first cell names it, a cell is a text or (part, text)."""

    caption: str
    rows: tuple[tuple, ...]
    head: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """All of a figure.

    `words` says each frame in a sentence or two; where there is a formula, it comes first, on a
    line of its own, with the frame's numbers. A figure whose states are too many for frames has one
    entry, that of the start, no `changes`, and a script ``NAME.js`` of its own, which finds `data`
    on the page. `plays` names the slider that a *play* button takes to its end. On paper the
    frame `stands` is shown; the start, if it is None.
    """

    title: str
    pictures: tuple[Picture, ...]
    sliders: tuple[Slider, ...]
    words: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    buttons: tuple[Button, ...] = ()
    table: Table | None = None
    drags: tuple[Drag, ...] = ()
    plays: str | None = None
    stands: int | None = None
    data: dict = field(default_factory=dict)

    def __post_init__(self):
        frames = len(self.words)
        if frames not in (1, prod(len(slider.texts) for slider in self.sliders)):
            raise ValueError(f"words: {frames}, which is not the number of frames")
        if self.plays not in (None, *(slider.name for slider in self.sliders)):
            raise ValueError(f"plays: {self.plays!r}, which is not the name of a slider")
        for change in self.changes:
            if len(change.values) != frames:
                raise ValueError(f"{change.part}: {len(change.values)} values, {frames} frames")

    @property
    def start(self):
        """The number of the frame that the page opens with."""
        if len(self.words) == 1:
            return 0
        frame = 0
        for slider in self.sliders:
            frame = frame * len(slider.texts) + slider.start
        return frame

    @property
    def still(self):
        """The number of the frame that stands where nothing moves."""
        return self.start if self.stands is None else self.stands


def names():
    """Return the names of all figures."""
    modules = sorted(path.stem for path in FOLDER.glob("*.py"))
    return [name for name in modules if name not in ("__init__", "draw")]


def build(name):
    """Return a figure by its name."""
    return import_module(f"figures.{name}").build()
