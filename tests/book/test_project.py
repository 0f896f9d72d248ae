"""The files around the package and the book say the same as one another."""

import ast
import contextlib
import importlib
import io
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import matplotlib
import pytest
import yaml
from notebooks import toc_pages
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from picture import PATH, picture
from sabotage import MUTANTS

import regkit

ROOT = Path(__file__).resolve().parents[2]


def text(name):
    return (ROOT / name).read_text("utf-8")


PYPROJECT = tomllib.loads(text("pyproject.toml"))
PROJECT, TOOLS = PYPROJECT["project"], PYPROJECT["tool"]
EXTRAS = PROJECT["optional-dependencies"]
LOCK = [
    Requirement(line)
    for line in text("requirements.lock").splitlines()
    if line and not line.startswith("#")
]
REQUIREMENTS = [
    Requirement(line) for lines in (PROJECT["dependencies"], *EXTRAS.values()) for line in lines
]
PAGES = [
    path
    for pattern in ("*.md", "chapters/*.ipynb", "reference/*.md")
    for path in sorted(ROOT.glob(pattern))
]


def project_files():
    """Return the files that belong to the project, whether or not they are committed yet."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60)
    names = listed.stdout.decode().split("\0")
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def test_the_version_is_the_same_everywhere():
    newest = re.search(r"^## ([\d.]+) \((.*)\)$", text("CHANGELOG.md"), re.MULTILINE)
    version, when = newest.groups()
    citation = yaml.safe_load(text("CITATION.cff"))
    assert {PROJECT["version"], version, str(citation["version"])} == {regkit.__version__}
    assert when == str(citation.get("date-released", "unreleased"))


def test_the_lock_names_one_version_of_each_and_no_place():
    assert len({canonicalize_name(pin.name) for pin in LOCK}) == len(LOCK)
    assert all(re.fullmatch(r"==[^*,]+", str(pin.specifier)) and not pin.url for pin in LOCK)
    assert not re.search(r"://|^\s*-", text("requirements.lock"), re.MULTILINE)


@pytest.mark.parametrize("wanted", REQUIREMENTS, ids=str)
def test_the_lock_satisfies_pyproject(wanted):
    pins = {canonicalize_name(pin.name): str(pin.specifier) for pin in LOCK}
    assert pins[canonicalize_name(wanted.name)].removeprefix("==") in wanted.specifier


def test_regkit_imports_nothing_that_it_does_not_declare():
    """Another package's dependency may go with that package's next release."""
    owner = {"sklearn": "scikit-learn"}
    declared = {Requirement(line).name for line in PROJECT["dependencies"]}
    for path in (ROOT / "regkit").rglob("*.py"):
        # at the top: what a function imports when it is called is its own affair
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                names = [node.module] if isinstance(node, ast.ImportFrom) and not node.level else []
            used = {name.partition(".")[0] for name in names} - sys.stdlib_module_names
            assert {owner.get(name, name) for name in used} <= declared, path


def test_environment_takes_everything_but_python_from_the_lock():
    *conda, pip = yaml.safe_load(text("environment.yml"))["dependencies"]
    assert [item.partition("=")[0] for item in conda] == ["python", "pip"]
    python = Requirement(f"python{PROJECT['requires-python']}")
    assert conda[0].partition("=")[2] in python.specifier
    constraint, editable = pip["pip"]
    assert constraint == "--constraint requirements.lock"
    extras = re.fullmatch(r"--editable \.\[(.*)\]", editable)[1].split(",")
    assert set(extras) <= set(EXTRAS)
    assert f"'.[{','.join(extras)}]'" in text("Makefile")


def test_the_extra_for_dask_is_what_the_tests_use():
    assert EXTRAS["dask"] == [line for line in EXTRAS["test"] if line.startswith("dask")]


def test_jupyter_book_stays_below_2():
    wanted = {requirement.name: requirement.specifier for requirement in REQUIREMENTS}
    assert "1.0.4" in wanted["jupyter-book"]
    assert "2.0.0" not in wanted["jupyter-book"]
    assert next(pin for pin in LOCK if pin.name == "jupyter-book").specifier.contains("1.0.4.post1")


WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def test_actions_are_pinned_and_keep_no_credentials():
    pins = {}
    for path in WORKFLOWS:
        for name, pin in re.findall(r"uses: (\S+)@(.*)$", path.read_text("utf-8"), re.MULTILINE):
            assert re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", pin), f"{path.name}: {name}"
            assert pins.setdefault(name, pin) == pin, f"{name} in two versions"
        for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values():
            assert job["timeout-minutes"] <= 60
            for step in job["steps"]:
                if step.get("uses", "").startswith("actions/checkout@"):
                    assert step["with"]["persist-credentials"] is False
    assert len(pins) > 5


def test_only_what_was_built_and_tested_is_published():
    jobs = yaml.safe_load(text(".github/workflows/release.yml"))["jobs"]
    assert jobs["publish"]["needs"] == "build"
    assert "permissions" not in jobs["build"]
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert jobs["publish"]["environment"]["url"].endswith(f"/{PROJECT['name']}/")
    commands = "\n".join(step.get("run", "") for step in jobs["build"]["steps"]).split("\n")
    assert {"make test", "make wheel"} <= set(commands)


def test_the_classifiers_name_the_pythons_that_ci_tests():
    named = re.findall(r"Python :: (3\.\d+)", " ".join(PROJECT["classifiers"]))
    workflow = yaml.safe_load(text(".github/workflows/book.yml"))
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == named
    assert Version(named[0]) in Requirement(f"python{PROJECT['requires-python']}").specifier


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "intro.md"])
def test_every_make_command_that_is_named_exists(name):
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    shell = "\n".join(re.findall(r"```sh\n(.*?)```", text(name), re.DOTALL))
    named = re.findall(r"`make\s([a-z-]+)", text(name)) + re.findall(r"^make ([\w-]+)", shell, re.M)
    assert named
    assert set(named) <= targets


def test_help_lists_every_command():
    phony = re.search(r"^\.PHONY: (help .*)$", text("Makefile"), re.MULTILINE)[1].split()
    assert re.findall(r"^([a-z-]+):.*## ", text("Makefile"), re.MULTILINE) == phony


def test_every_page_in_the_table_of_contents_exists():
    for name in toc_pages(ROOT):
        assert any((ROOT / f"{name}{suffix}").is_file() for suffix in (".md", ".ipynb")), name


def test_the_repository_address_is_the_same_everywhere():
    """test_notebooks.py compares it with that in the notebooks."""
    address = yaml.safe_load(text("_config.yml"))["repository"]["url"]
    assert address == PROJECT["urls"]["Repository"]
    citation = yaml.safe_load(text("CITATION.cff"))
    cited = citation["preferred-citation"]
    assert address == citation["repository-code"] == cited["url"]
    assert str(cited["year"]) == yaml.safe_load(text("_config.yml"))["copyright"]
    assert [cited["title"], cited["authors"]] == [citation["title"], citation["authors"]]
    named = {
        path.relative_to(ROOT).as_posix()
        for path in project_files()
        if path.suffix != ".ipynb"
        and address.removeprefix("https://") in path.read_text("utf-8", "replace")
    }
    assert named == {"_config.yml", "pyproject.toml", "CITATION.cff"}


STRANGERS = re.compile(
    r"\b(?:(?:pip\d?|pipx|conda|mamba) install|(?:uv|pdm|poetry) add)\b"
    r"[^\n`]*?[\s'\"]regkit(?![\w/-]|\.\w)"
)


def test_nobody_is_led_to_a_strangers_package():
    """On PyPI the name that is imported here belongs to somebody else."""
    for command in ("pip install", "%pip install -U", "uv pip install --system", "poetry add"):
        assert STRANGERS.search(f"{command} regkit"), command
    for path in project_files():
        assert not STRANGERS.search(path.read_text("utf-8", "replace")), path


def test_what_pypi_shows_leads_to_the_repository():
    shown = text("README.md")
    for change in TOOLS["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["substitutions"]:
        shown = re.sub(change["pattern"], change["replacement"], shown)
    address = PROJECT["urls"]["Repository"]
    raw = address.replace("github.com", "raw.githubusercontent.com")
    homes = (f"{address}/blob/main/", f"{raw}/main/")
    links = [*re.findall(r"\]\(([^#]\S*)\)", shown), *PROJECT["urls"].values()]
    assert sum(link.startswith(homes) for link in links) > 5
    for link in links:
        assert link.startswith("https://")
        home = next((home for home in homes if link.startswith(home)), link)
        assert (ROOT / link.removeprefix(home).partition("#")[0]).exists(), link


def test_the_terms_of_all_that_is_shipped_are_shipped():
    shipped = {path for pattern in PROJECT["license-files"] for path in ROOT.glob(pattern)}
    data = set((ROOT / "regkit/data").iterdir())
    assert shipped >= {ROOT / "LICENSE", ROOT / "LICENSE-text"}
    for path in data - shipped:
        assert f"regkit/data/{path.name}" in text("LICENSE-text")


def test_every_source_is_cited_and_every_citation_has_a_source():
    entries = re.findall(r"^@\w+\{(\w+),", text("references.bib"), re.MULTILINE)
    cited = {
        key.strip()
        for path in PAGES
        for keys in re.findall(r"\{cite:?\w*\}`([^`]+)`", path.read_text("utf-8"))
        for key in keys.split(",")
    }
    cited -= {"…"}
    assert len(entries) == len(set(entries))
    assert set(entries) == cited


def test_the_api_pages_have_every_module_and_the_summary_every_name():
    exported = {getattr(regkit, name).__module__ for name in regkit.__all__}
    public = {
        f"regkit.{module.name}"
        for module in pkgutil.iter_modules(regkit.__path__)
        if not module.name.startswith("_")
    }
    pages = "".join(path.read_text("utf-8") for path in sorted((ROOT / "reference/api").glob("*")))
    shown = re.findall(r"^\.\. automodule:: (\S+)$", pages, re.MULTILINE)
    assert len(shown) == len(set(shown))
    # What regkit itself exports stands under regkit; every other module has its own section.
    assert public - exported <= set(shown)
    assert set(shown) <= public | {"regkit"}
    summary = re.findall(r"^   ~(regkit\S+)$", text("reference/api.md"), re.MULTILINE)
    assert len(summary) == len(set(summary))
    for name in shown:
        module = importlib.import_module(name)
        there = set(getattr(module, "__all__", [])) - {"L1", "L1L2", "L2", "Objective", "PALETTE"}
        assert {f"{name}.{function}" for function in there} <= set(summary), name


def test_the_example_in_the_readme_runs():
    code = re.search(r"```python\n(.*?)```", text("README.md"), re.DOTALL)[1]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {})
    numbers = re.findall(r"^\w+ +(-?\d\.\d{3})$", printed.getvalue(), re.MULTILINE)
    assert len(numbers) == 8
    assert len(code.splitlines()) <= 12


def test_the_picture_in_the_readme_is_what_regkit_draws():
    drawn_with = next(str(pin.specifier) for pin in LOCK if pin.name == "matplotlib")
    if f"=={matplotlib.__version__}" != drawn_with:
        pytest.skip(f"another matplotlib than {drawn_with} draws other letters")
    assert PATH.read_text("utf-8") == picture(), "python web/picture.py draws it anew"


def test_every_slip_of_make_sabotage_can_still_be_made():
    gone = [m.slip for m in MUTANTS if m.before not in text(f"regkit/{m.file}")]
    assert not gone
