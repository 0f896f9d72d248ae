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
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

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
    >>> SUM_OF_SQUARES.factor, SUM_OF_SQUARES.summed  # 2 n times the half mean square
    (2, True)
    """

    formula: str
    factor: float
    summed: bool = False


HALF_MSE = DataTerm(r"\frac{1}{2n} \sum_i e_i^2", 1)
MSE = DataTerm(r"\frac{1}{n} \sum_i e_i^2", 2)
SUM_OF_SQUARES = DataTerm(r"\sum_i e_i^2", 2, summed=True)
C_TIMES_LOGISTIC = DataTerm(r"C \sum_i \log(1 + e^{-y_i z_i})", 1, summed=True)


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

    @property
    def formula(self) -> str:
        """The whole objective in LaTeX."""
        return f"{self.data.formula} + {self.penalty}"

    def to_regkit(
        self, *, S: float | None = None, sd_y: float | None = None, **parameters: float
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
            The library's own numbers, all of them, by the names in ``self.parameters``.

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
        self,
        alpha: float,
        l1_ratio: float,
        *,
        S: float | None = None,
        sd_y: float | None = None,
    ) -> dict[str, float]:
        """Return the library's numbers for this book's ``alpha`` and ``l1_ratio``.

        Parameters
        ----------
        alpha, l1_ratio : float
        S, sd_y : float, optional
            As in `to_regkit`.

        Returns
        -------
        dict of str to float
            Ready for ``Ridge(**numbers)`` and the like.

        Raises
        ------
        ValueError
            If the library has no such penalty: an L1 part asked of a ridge, say.

        Examples
        --------
        >>> CONVENTIONS["sklearn.LogisticRegression"].from_regkit(0.01, 1.0, S=50)
        {'C': 2.0, 'l1_ratio': 1.0}
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
        value = {
            "strength": strength,
            "inverse": 1 / strength if strength else math.inf,
            "ratio": ratio,
            "l1": alpha * one,
            "l2": alpha * two,
        }
        return {name: value[role] for name, role in self.parameters.items()}

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
    return replace(convention, name=f"{convention.name}, MSE", data=MSE)


_GUIDE = "scikit-learn user guide, section 1.1 'Linear models'"
_MIX = r"\bigl( \rho \|w\|_1 + \frac{1 - \rho}{2} \|w\|_2^2 \bigr)"
_STANDARDISES = "Columns are standardised first unless told otherwise; the formula is for those."
_ALL_PARAMETERS = "penalised, unless the bias gets a parameter group with weight_decay 0"
_KERNEL = "free: a kernel_regularizer leaves the bias alone"
_FIXED_POINT = "The penalty's gradient is added to the loss's, so the fixed point is the minimiser."

_FRAMEWORKS = (
    Convention(
        "torch.SGD", HALF_MSE, r"\frac{\mathit{wd}}{2} \|w\|_2^2", None, 1,
        {"weight_decay": "l2"}, "PyTorch documentation, torch.optim.SGD",
        _ALL_PARAMETERS, _FIXED_POINT,
    ),
    Convention(
        "torch.Adam", HALF_MSE, r"\frac{\mathit{wd}}{2} \|w\|_2^2", None, 1,
        {"weight_decay": "l2"}, "PyTorch documentation, torch.optim.Adam",
        _ALL_PARAMETERS, _FIXED_POINT + " With decoupled_weight_decay=True it is AdamW.",
    ),
    Convention(
        "keras.L1", HALF_MSE, r"\ell_1 \|w\|_1", 1, None,
        {"l1": "l1"}, "Keras documentation, 'Layer weight regularizers'", _KERNEL,
    ),
    Convention(
        "keras.L2", HALF_MSE, r"\ell_2 \|w\|_2^2", None, 2,
        {"l2": "l2"}, "Keras documentation, 'Layer weight regularizers'", _KERNEL,
    ),
    Convention(
        "keras.L1L2", HALF_MSE, r"\ell_1 \|w\|_1 + \ell_2 \|w\|_2^2", 1, 2,
        {"l1": "l1", "l2": "l2"}, "Keras documentation, 'Layer weight regularizers'", _KERNEL,
    ),
    Convention(
        "tf.nn.l2_loss", HALF_MSE, r"\frac{\lambda}{2} \|w\|_2^2", None, 1,
        {"lambda_": "l2"}, "TensorFlow documentation, tf.nn.l2_loss: half the sum of squares",
        "free, if l2_loss is given the weights only", "For λ times l2_loss(w), added by hand.",
    ),
)  # fmt: skip

_ROWS = (
    Convention(
        "sklearn.Lasso", HALF_MSE, r"\alpha \|w\|_1", 1, None,
        {"alpha": "l1"}, _GUIDE + ", Lasso",
    ),
    Convention(
        "sklearn.Ridge", SUM_OF_SQUARES, r"\alpha \|w\|_2^2", None, 2,
        {"alpha": "l2"}, _GUIDE + ", Ridge regression",
    ),
    Convention(
        "sklearn.ElasticNet", HALF_MSE, rf"\alpha {_MIX}", 1, 1,
        {"alpha": "strength", "l1_ratio": "ratio"}, _GUIDE + ", Elastic-Net",
    ),
    Convention(
        "sklearn.LogisticRegression", C_TIMES_LOGISTIC,
        r"\rho \|w\|_1 + \frac{1 - \rho}{2} \|w\|_2^2", 1, 1,
        {"C": "inverse", "l1_ratio": "ratio"}, _GUIDE + ", Logistic regression",
        "free, except with solver='liblinear', which penalises it",
    ),
    Convention(
        "sklearn.SGDRegressor", HALF_MSE, rf"\alpha {_MIX}", 1, 1,
        {"alpha": "strength", "l1_ratio": "ratio"},
        "scikit-learn user guide, section 1.5 'Stochastic gradient descent'",
        note="With sample weights the data term is divided by n, not by S.",
    ),
    Convention(
        "glmnet", HALF_MSE,
        r"\lambda \bigl( \alpha \|w\|_1 + \frac{1 - \alpha}{2\,\mathrm{sd}_n(y)} \|w\|_2^2 \bigr)",
        1, 1, {"lambda_": "strength", "alpha": "ratio"},
        "Friedman, Hastie and Tibshirani (2010), and the vignette 'An introduction to glmnet', "
        "which says that y is standardised first",
        note="family = 'gaussian', with an intercept. The printed formula has no sd(y): y is "
        "scaled to variance 1 (dividing by n), and λ is not put on the scale of the L2 part. "
        + _STANDARDISES,
        l2_over="sd_y",
    ),
    *_FRAMEWORKS,
    *map(_beside_mse, _FRAMEWORKS),
    Convention(
        "torch.AdamW", HALF_MSE,
        r"\text{nothing: } w \leftarrow (1 - \eta\,\mathit{wd})\,w"
        r" - \eta\,\hat m / (\sqrt{\hat v} + \epsilon)",
        None, None, {"weight_decay": "l2"}, "Loshchilov and Hutter (2019)", _ALL_PARAMETERS,
        "The decay is not scaled by Adam's step sizes as the gradient is: the fixed point is "
        "weight_decay * w = -m / (sqrt(v) + eps), which is no penalised least squares.",
    ),
    Convention(
        "statsmodels.OLS", HALF_MSE, rf"\alpha {_MIX}", 1, 1,
        {"alpha": "strength", "L1_wt": "ratio"},
        "statsmodels documentation, OLS.fit_regularized",
        "penalised like any column; a vector alpha with 0 for the constant frees it",
        "With L1_wt > 0, in version 0.15.0: a coefficient that is zero after the second sweep or a "
        "later one stays zero, so a fit may report convergence at no minimum. Start from least "
        "squares (start_params), and check.",
    ),
    Convention(
        "xgboost.gblinear", HALF_MSE, r"\alpha \|w\|_1 + \frac{\lambda}{2} \|w\|_2^2", 1, 1,
        {"reg_alpha": "l1", "reg_lambda": "l2"},
        "XGBoost documentation, 'Parameters for linear booster', and src/linear/param.h",
        note="objective='reg:squarederror'. Both are multiplied by the sum of the instance "
        "weights, beside a data term that is a sum: 'normalised to number of training examples'.",
    ),
    Convention(
        "matlab.lasso", HALF_MSE,
        r"\lambda \bigl( \alpha \|w\|_1 + \frac{1 - \alpha}{2} \|w\|_2^2 \bigr)", 1, 1,
        {"Lambda": "strength", "Alpha": "ratio"}, "MATLAB documentation, lasso, 'Elastic net'",
        note="Alpha must exceed 0. " + _STANDARDISES,
    ),
    Convention(
        "document: λ Σ w²", HALF_MSE, r"\lambda \sum_j w_j^2", None, 2,
        {"lambda_": "l2"}, "document A, sections 2.2, 3.2 and 4.2", "not mentioned",
    ),
    Convention(
        "document: λ/2 Σ w²", HALF_MSE, r"\frac{\lambda}{2} \sum_j w_j^2", None, 1,
        {"lambda_": "l2"}, "document C, section 3.3; document D", "not mentioned",
    ),
    Convention(
        "document: λ/(2m) Σ w²", HALF_MSE, r"\frac{\lambda}{2n} \sum_j w_j^2", None, 1,
        {"lambda_": "l2"}, "document C, section 3.1", "not mentioned", l2_over="S",
    ),
    Convention(
        "document: λ/(2m) Σ |w|", HALF_MSE, r"\frac{\lambda}{2n} \sum_j |w_j|", 0.5, None,
        {"lambda_": "l1"}, "document C, section 3.1", "not mentioned", l1_over="S",
    ),
    Convention(
        "document: λ Σ |w|", HALF_MSE, r"\lambda \sum_j |w_j|", 1, None,
        {"lambda_": "l1"}, "document A, sections 2.1 and 4.1; document B; document C, section 3.2",
        "not mentioned",
    ),
)  # fmt: skip

CONVENTIONS: Mapping[str, Convention] = MappingProxyType({row.name: row for row in _ROWS})
