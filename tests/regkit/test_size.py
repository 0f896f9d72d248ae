"""Small is a promise: what `make size` counts stays below these bounds, or they are argued anew."""

import ast

import size

ALL, ENGINE, FUNCTION = 5_438, 1_190, 40
"""Lines of code of regkit, of regkit/exact, and of any function."""
FUNCTIONS, CALLS = 65, 900
"""Functions of regkit behind a lasso path, and calls behind an Elastic Net path, on ten columns."""


def test_only_code_counts():
    source = "\n".join(
        ['"A docstring', 'that ends here."', "", "# a comment", "x = [", "    1,", "]"]
    ).replace('"', '"""')
    source += '\n\n\ndef f():\n    "What."\n'
    assert size.code_lines(source) == {5, 6, 7, 10}


def test_the_package_is_small():
    lines = size.lines_by_file()
    assert sum(lines.values()) <= ALL
    assert sum(count for file, count in lines.items() if file.startswith("exact/")) <= ENGINE
    assert not size.long_functions(FUNCTION)


def test_the_closed_form_needs_no_engine():
    source = (size.ROOT / "solvers" / "closed_form.py").read_text("utf-8")
    imported = [n.module for n in ast.walk(ast.parse(source)) if isinstance(n, ast.ImportFrom)]
    assert not [name for name in imported if "exact" in name]


def test_a_path_on_ten_columns_passes_through_few_functions():
    found = size.ten_columns()
    assert len(found["lasso_path"]) <= FUNCTIONS
    assert found["enet_path"].total() <= CALLS
    assert found["lasso_path"]["paths.py: lasso_path"] == 1
