r"""What alpha, C, lambda and weight_decay mean elsewhere.

Every library and every document minimises some *data term* plus some *penalty*. Write

.. math::

   L \cdot \frac1S \sum_i s_i\,\mathrm{loss}_i
   + c_1 \lambda_1 \|w\|_1 + c_2 \lambda_2 \tfrac12 \|w\|_2^2

with :math:`\lambda_1, \lambda_2` the numbers its user types in. Divide by the factor L, which moves
no minimiser, and this book's objective stands there: :math:`l_1 = c_1\lambda_1/L` and
:math:`l_2 = c_2\lambda_2/L`. So a convention is three factors, read off its formula, and this
module is a table of them. Some need a figure from the data as well: where the data term is a sum, L
holds the number of rows; glmnet divides its ridge part by the standard deviation of y.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple

from ._validation import check_number

__all__ = ["CONVENTIONS", "Convention", "DataTerm", "Strength"]


class Strength(NamedTuple):
    r"""The two numbers of this book's penalty :math:`\alpha(r\|w\|_1 + \frac{1-r}2\|w\|_2^2)`.

    Attributes
    ----------
    alpha : float
        The strength α, at least 0.
    l1_ratio : float
        The share r of the L1 part, in [0, 1].

    Examples
    --------
    >>> from regkit.penalties import L1L2
    >>> L1L2(*Strength(alpha=0.5, l1_ratio=0.2)).l1
    0.1
    """

    alpha: float
    l1_ratio: float


@dataclass(frozen=True)
class DataTerm:
    r"""A data term in LaTeX and its size L in units of this book's mean loss.

    L is ``factor``, times S if the term is ``summed``. In the formulas
    :math:`e_i = y_i - b - x_i^\top w`, :math:`z_i = b + x_i^\top w` and n is the number of rows;
    with sample weights read :math:`s_i e_i^2` and S.

    Examples
    --------
    >>> data = CONVENTIONS["sklearn.Ridge"].data  # a sum of squares
    >>> data.factor, data.summed  # 2 n times the half mean square
    (2, True)
    """

    formula: str
    factor: float
    summed: bool = False


@dataclass(frozen=True)
class Convention:
    r"""What one library or document minimises, and how its numbers translate.

    Attributes
    ----------
    name : str
        The key in `CONVENTIONS`.
    data : DataTerm
        The data term it stands beside.
    penalty : str
        The penalty in LaTeX.
    l1, l2 : float or None
        The factors :math:`c_1` of :math:`\lambda_1\|w\|_1` and :math:`c_2` of
        :math:`\lambda_2\frac12\|w\|_2^2` in the penalty; None where it has no such part.
    parameters : Mapping of str to str
        The names its user types in, and what each is: ``"l1"`` or ``"l2"``, one of the two
        strengths; ``"strength"`` and ``"ratio"``, their sum and the share of the first;
        ``"inverse"``, one over the strength. A trailing underscore keeps clear of Python's
        ``lambda``.
    source : str
    intercept : str
        Whether the intercept is penalised.
    note : str
    l1_over, l2_over : str
        The figure of the data that a part of the penalty is divided by, if any: ``"S"`` or
        ``"sd_y"``.
    also : Mapping of str to str
        What its user must type as well, or the library takes the numbers for another penalty; of
        scikit-learn, under the version that is installed.

    Examples
    --------
    >>> ridge = CONVENTIONS["sklearn.Ridge"]
    >>> ridge.to_regkit(alpha=10.0, S=100)
    Strength(alpha=0.1, l1_ratio=0.0)
    >>> ridge.from_regkit(0.1, 0.0, S=100)
    {'alpha': 10.0}
    >>> ridge.formula
    '\\sum_i e_i^2 + \\alpha \\|w\\|_2^2'
    """

    name: str
    data: DataTerm
    penalty: str
    l1: float | None
    l2: float | None
    parameters: Mapping[str, str]
    source: str
    intercept: str = "free"
    note: str = ""
    l1_over: str = ""
    l2_over: str = ""
    also: Mapping[str, str] = field(default_factory=dict)

    @property
    def formula(self) -> str:
        """The whole objective in LaTeX."""
        return f"{self.data.formula} + {self.penalty}"

    def to_regkit(
        self, *, S: float | None = None, sd_y: float | None = None, **parameters: Any
    ) -> Strength:
        """Return this book's ``alpha`` and ``l1_ratio`` for the library's numbers.

        Parameters
        ----------
        S : float, optional
            The sum of the sample weights, the number of rows without any; where the data term is a
            sum.
        sd_y : float, optional
            The (weighted) standard deviation of y with ddof = 0; for glmnet.
        **parameters : float
            The library's own numbers, all of them, by the names in ``self.parameters``. What is in
            ``self.also`` may stand beside them.

        Returns
        -------
        Strength
            A named tuple, so that ``L1L2(*strength)`` is the penalty. A penalty of 0 given as two
            separate strengths has no ratio; it gets 0, or 1 where there is an L1 part only.

        Raises
        ------
        ValueError
            If a number is missing, unknown or out of range, or the convention has no equivalent.

        Examples
        --------
        >>> CONVENTIONS["keras.L1L2"].to_regkit(l1=0.1, l2=0.2)
        Strength(alpha=0.5, l1_ratio=0.2)
        >>> CONVENTIONS["glmnet"].to_regkit(lambda_=0.5, alpha=0.2, sd_y=4.0)
        Strength(alpha=0.2, l1_ratio=0.5)
        """
        c1, c2 = self._factors(S, sd_y)
        parameters = {k: v for k, v in parameters.items() if self.also.get(k) != v}
        if set(parameters) != set(self.parameters):
            raise ValueError(
                f"{self.name} takes {_listed(self.parameters)}; got {_listed(parameters)}."
            )
        value = {role: _checked(k, role, parameters[k]) for k, role in self.parameters.items()}
        if "ratio" in value:
            strength = value["strength"] if "strength" in value else 1 / value["inverse"]
            return _mixed(strength, c1 * value["ratio"], c2 * (1 - value["ratio"]))
        whole = 1.0 if self.l2 is None else 0.0
        return _mixed(1.0, c1 * value.get("l1", 0.0), c2 * value.get("l2", 0.0), whole)

    def from_regkit(
        self, alpha: float, l1_ratio: float, *, S: float | None = None, sd_y: float | None = None
    ) -> dict[str, Any]:
        """Return the library's numbers for this book's ``alpha`` and ``l1_ratio``.

        Parameters
        ----------
        alpha, l1_ratio : float
        S, sd_y : float, optional
            As in `to_regkit`.

        Returns
        -------
        dict
            The numbers by the library's names, and what is in ``self.also``: all that tells
            scikit-learn's estimators the model, so that ``Ridge(**typed)`` is it. Tolerances and
            counts of steps are not in it.

        Raises
        ------
        ValueError
            If the library has no such penalty: an L1 part asked of a ridge, say.

        Examples
        --------
        >>> CONVENTIONS["sklearn.SGDRegressor"].from_regkit(0.2, 1.0)
        {'alpha': 0.2, 'l1_ratio': 1.0, 'penalty': 'elasticnet'}
        """
        c1, c2 = self._factors(S, sd_y)
        alpha = check_number("alpha", alpha, low=0)
        l1_ratio = check_number("l1_ratio", l1_ratio, low=0, high=1)
        for part, factor, share in (("L1", self.l1, l1_ratio), ("L2", self.l2, 1 - l1_ratio)):
            if factor is None and share * alpha > 0:
                needed = "0" if part == "L1" else "1"
                raise ValueError(
                    f"{self.name} has no {part} part: l1_ratio must be {needed}; got {l1_ratio!r}."
                )
        one = l1_ratio / c1 if c1 else 0.0
        two = (1 - l1_ratio) / c2 if c2 else 0.0
        strength, ratio = _mixed(alpha, one, two)
        value = {"strength": strength, "ratio": ratio, "l1": alpha * one, "l2": alpha * two}
        value["inverse"] = 1 / strength if strength else math.inf
        return {name: value[role] for name, role in self.parameters.items()} | dict(self.also)

    def _factors(self, S: float | None, sd_y: float | None) -> tuple[float, float]:
        """Return c₁/L and c₂/L; 0 for a part that the penalty does not have."""
        if self.l1 is None and self.l2 is None:
            raise ValueError(f"{self.name} has no equivalent alpha and l1_ratio. {self.note}")
        figures = {"S": S, "sd_y": sd_y}

        def figure(name: str) -> float:
            if not name:
                return 1.0
            if figures[name] is None:
                raise ValueError(f"{self.name} needs {name} to be converted; got None.")
            return check_number(name, figures[name], low=0, strict=True)

        size = self.data.factor * figure("S" if self.data.summed else "")
        c1 = (self.l1 or 0.0) / (size * figure(self.l1_over))
        c2 = (self.l2 or 0.0) / (size * figure(self.l2_over))
        return c1, c2


def _mixed(strength: float, one: float, two: float, empty: float = 0.0) -> Strength:
    """Return strength times (one, two) as their sum and the share of the first."""
    total = one + two
    return Strength(strength * total, one / total if total else empty)


def _checked(name: str, role: str, value: float) -> float:
    if role == "inverse":
        return math.inf if value == math.inf else check_number(name, value, low=0, strict=True)
    return check_number(name, value, low=0, high=1 if role == "ratio" else math.inf)


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(names) or "nothing"


def _beside_mse(convention: Convention) -> Convention:
    """Return the same penalty beside the mean square without the ½, the frameworks' default."""
    return replace(convention, name=f"{convention.name}, MSE", data=TERMS["mse"])


def _rows(group: str) -> list[Convention]:
    return [Convention(**_ABSENT | row | {"data": TERMS[row["data"]]}) for row in _TABLE[group]]


_ABSENT: dict[str, Any] = {"l1": None, "l2": None}
_TABLE = tomllib.loads(files("regkit").joinpath("data/conventions.toml").read_text("utf-8"))
_OLD = tuple(map(int, version("scikit-learn").split(".")[:2])) < (1, 8)
for _row in _TABLE["libraries"]:
    _before = _row.pop("also_before_1_8", {})
    _row["also"] = _row.get("also", {}) | (_before if _OLD else {})
TERMS = {name: DataTerm(**term) for name, term in _TABLE["terms"].items()}
_frameworks = _rows("frameworks")
_every = [*_rows("libraries"), *_frameworks, *map(_beside_mse, _frameworks), *_rows("others")]
CONVENTIONS: Mapping[str, Convention] = MappingProxyType({row.name: row for row in _every})
