"""The rank of a matrix of floating-point numbers, taken exactly."""

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from regkit._rank import PRIME, _residues, rank_exceeds


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 6))
def test_it_is_the_rational_rank(seed, n, p):
    rng = np.random.default_rng(seed)
    X = rng.integers(-2, 3, (n, p)) * 2.0 ** rng.integers(-30, 30, p)
    rank = sympy.Matrix([[sympy.Rational(float(x)) for x in row] for row in X]).rank()
    assert [rank_exceeds(X, k) for k in range(7)] == [k < rank for k in range(7)]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_residue_is_the_number_modulo_the_prime(x):
    above, below = x.as_integer_ratio()
    assert _residues(np.array([[x]])).item() == above * pow(below, -1, PRIME) % PRIME


def test_copies_are_dependent_and_rounded_sums_are_not():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3000, 40))  # more rows, and a larger rank, than one run of products
    copies = np.column_stack([X, X[:, :3], np.zeros(3000), 4 * X[:, 5]])
    assert rank_exceeds(copies, 39)
    assert not rank_exceeds(copies, 40)
    assert rank_exceeds(np.column_stack([X, X[:, 0] + X[:, 1]]), 40)
    whole = np.round(X * 8)
    assert not rank_exceeds(np.column_stack([whole, whole[:, 0] + whole[:, 1]]), 40)


@pytest.mark.parametrize("scale", [2.0**-900, 2.0**-40, 2.0**40, 2.0**900])
def test_it_knows_no_units(scale):
    X = np.array([[1.0, 3.0], [1.0, np.nextafter(3.0, 4)]]) * [1.0, scale]
    assert rank_exceeds(X, 1)
    assert not rank_exceeds(X[[0, 0]], 1)
