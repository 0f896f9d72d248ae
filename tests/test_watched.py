"""The tools that run the chapters and the tests in other ways: would they notice?"""

import subprocess
import sys
import tomllib
from collections import Counter

import checks
import kernels
import nbformat
import pytest
import seeds
import watched

READS = "def reads(number, printed):\n    assert f'{number:.2f}' == printed\n"
DRAW = "import numpy as np\nx = np.random.default_rng(0).normal(size=3)\n"
CELLS = [
    READS + DRAW,
    "assert x.shape == (3,)\nfor i in range(3):\n    np.testing.assert_allclose(x[i], x[i])",
    f"reads(x[0], '{0.12573022:.2f}')",
    "assert x[0].round(4) == 0.1257",
]


@pytest.fixture
def chapter(tmp_path):
    """Return a function that stores cells as a chapter."""

    def store(*cells, name="chapter"):
        cells = [nbformat.v4.new_code_cell(text, id=f"c{k}") for k, text in enumerate(cells)]
        path = tmp_path / f"{name}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return path

    return store


def counts(found):
    return Counter(check.kind for check in found.checks if check.executed)


def test_what_is_executed_is_counted_by_its_place(chapter):
    unreached = "if False:\n    assert True\ndef never():\n    assert True\nwords = 'assert True'"
    (found,) = watched.run_all([chapter(*CELLS, unreached)])
    assert not found.errors
    assert not [check for check in found.checks if check.failed]
    assert counts(found) == {"assert": 2, "testing": 1, "reads": 1}
    assert [check.cell for check in found.checks if not check.executed] == ["c4", "c4"]


def test_a_failing_check_does_not_hide_the_next(chapter):
    (found,) = watched.run_all([chapter("assert 1 == 2\nassert 1 == 1\nassert 1 == 3", "1 / 0")])
    assert [check.failed for check in found.checks] == [True, False, True]
    assert found.errors == {"c1": "ZeroDivisionError: division by zero"}


def test_a_check_that_holds_for_one_seed_is_found_and_a_printed_digit_left_out(chapter):
    first, other = chapter(*CELLS), chapter("assert True", name="other")
    assert dict(seeds.failures([first], [0])) == {"chapter": {}}
    found = dict(seeds.failures([first, other], [1, 2]))
    assert found == {"chapter": {("c3", "assert x[0].round(4) == 0.1257"): [1, 2]}, "other": {}}


SEEDED = [
    "np.random.default_rng(0).random()",
    "default_rng(seed).random()",
    "np.random.default_rng([0, 1]).random()",
    "np.random.RandomState(0).random_sample()",
    "make_regression(random_state=0)[0][0, 0]",
]


def test_every_way_to_state_a_seed_is_shifted(chapter):
    imports = (
        "import numpy as np\nfrom numpy.random import default_rng\nseed = 0\n"
        "from sklearn.datasets import make_regression"
    )
    names = {}
    exec(imports, names)
    path = chapter(imports, *(f"assert {draw} == {eval(draw, names)!r}" for draw in SEEDED))
    (same, other) = watched.run_all([path], [0, 10_000])
    assert [check.failed for check in same.checks] == [False] * len(SEEDED)
    assert [check.failed for check in other.checks] == [True] * len(SEEDED)
    assert not same.errors | other.errors


def test_a_generator_and_none_are_no_seeds():
    assert watched.shifted(None, 3) is None
    assert watched.shifted("no", 3) == "no"
    assert watched.shifted(4, 3) == 7


def listed(*gone, **executed):
    return {"executed": executed, "gone": list(gone)}


A = {"assert": 3, "testing": 2, "reads": 1}
GONE = {"from": "a", "kind": "assert", "what": "the sum is one"}


@pytest.mark.parametrize(
    ("now", "missing"),
    [
        ({"assert": 3, "testing": 2, "reads": 1}, 0),
        ({"assert": 2, "testing": 3, "reads": 1}, 0),  # the same truth, said otherwise
        ({"assert": 2, "testing": 2, "reads": 1}, 1),
        ({"assert": 2, "testing": 2, "reads": 2}, 1),  # a truth turned into a reads
        ({"assert": 4, "testing": 2, "reads": 0}, 1),
        ({}, 2),
    ],
)
def test_a_dropped_check_is_missed(now, missing):
    assert len(checks.shortfalls(listed(a=A), {"a": Counter(now)})) == missing


def test_a_check_that_moved_is_owed_where_it_went():
    moved = listed(GONE | {"to": "b"}, a=A)
    now = {"a": Counter(A) - Counter({"assert": 1}), "b": Counter({"assert": 1})}
    assert checks.shortfalls(moved, now) == []
    assert checks.shortfalls(moved, now | {"b": Counter()}) == [
        "b: 0 checks by assert or np.testing, 1 in the list"
    ]
    several = listed(GONE | {"reason": "no longer said", "count": 3}, a=A)
    assert checks.shortfalls(several, {"a": Counter({"testing": 2, "reads": 1})}) == []


@pytest.mark.parametrize("wrong", [{}, {"to": "b", "reason": "both"}, {"kind": "claim", "to": "b"}])
def test_an_entry_that_says_too_little_is_refused(wrong):
    assert "either to or reason" in checks.shortfalls(listed(GONE | wrong, a=A), {})[0]


def test_the_list_grows_and_never_shrinks():
    text = '# why\n\n[executed]\n"a" = { assert = 3, testing = 2, reads = 1 }\n'
    now = {"a": Counter({"assert": 5, "testing": 1, "reads": 1}), "b": Counter(A)}
    grown = checks.raised(text, tomllib.loads(text), now)
    assert grown.startswith("# why\n")
    assert tomllib.loads(grown)["executed"] == {"a": A | {"assert": 5}, "b": A}
    assert checks.raised(grown, tomllib.loads(grown), now) == grown


def test_make_checks_says_what_is_missing(chapter, tmp_path, monkeypatch, capsys):
    path = chapter(*CELLS[:3])
    monkeypatch.setattr(checks, "LIST", tmp_path / "checks.toml")
    monkeypatch.setattr(checks, "FOLDER", tmp_path)
    monkeypatch.setattr(sys, "argv", ["checks.py", str(path)])
    line = '[executed]\n"chapter" = { assert = 1, testing = 1, reads = 1 }\n'
    checks.LIST.write_text(line)
    checks.main()
    assert "in all  1 assert  1 testing  1 reads" in capsys.readouterr().out
    chapter(*CELLS[:2], "reads(1, '2.00')")
    with pytest.raises(SystemExit, match="chapter: c2: fails: reads"):
        checks.main()
    chapter(*CELLS[:2])
    with pytest.raises(SystemExit, match="chapter: 0 checks by reads, 1 in the list"):
        checks.main()
    path.unlink()
    monkeypatch.setattr(sys, "argv", ["checks.py"])
    with pytest.raises(SystemExit, match="chapter: 0 checks by assert"):
        checks.main()


def test_the_list_names_every_chapter():
    named = tomllib.loads(checks.LIST.read_text("utf-8"))["executed"]
    assert {path.stem for path in checks.FOLDER.glob("*.ipynb")} <= set(named)


def test_the_kernels_that_run_are_found_out():
    runs = kernels.settings()
    assert runs, "whatever OpenBLAS is built for runs here"
    assert next(iter(runs.values())) == {}, "the first is what the processor uses by itself"
    for name, environment in runs.items():
        if "OPENBLAS_CORETYPE" in environment:
            assert kernels.kernel(environment["OPENBLAS_CORETYPE"]) == name


def test_a_kernel_that_crashes_is_no_kernel(monkeypatch):
    monkeypatch.setattr(kernels, "PROBE", "import os; os.abort()")
    monkeypatch.setattr(kernels, "WIDE", "")
    assert kernels.settings() == {}


def test_a_kernel_under_which_a_test_fails_is_named(monkeypatch, capsys):
    here = {"narrow": {"CORE": "narrow"}, "wide": {}}
    monkeypatch.setattr(kernels, "settings", lambda: here)

    def test(arguments, run):
        return subprocess.CompletedProcess(arguments, bool(run[1]), f"ran {run[0]}\n", "")

    monkeypatch.setattr(kernels, "test", test)
    with pytest.raises(SystemExit, match="Failed under narrow"):
        kernels.main()
    assert "ran wide" in capsys.readouterr().out
