"""Let the chapters run in the reader's browser: JupyterLite beside the book, with regkit in it.

Everything is built here but Pyodide, which is Python for the browser: the page that runs a chapter,
and no other page of the book, fetches that from its CDN. ``lite/runtime.mjs`` says how.
"""

import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL, PYODIDE_KERNEL_PLUGIN_ID
from notebooks import FRAMEWORKS, imported, read
from plain import plain, write, writer

ROOT = Path(__file__).resolve().parents[2]
OURS = ROOT / "web/lite"
APP = "lite/notebooks/index.html"
KERNEL = {"display_name": "Python (Pyodide)", "language": "python", "name": "python"}
PROCESSES = {"distributed"}
SETTINGS = {PYODIDE_KERNEL_PLUGIN_ID: {"pyodideUrl": "./regkit/runtime.mjs"}}


def runs_here(path):
    """Whether a page is a chapter for the browser: the libraries are there, and no processes."""
    return Path(path).suffix == ".ipynb" and not (FRAMEWORKS | PROCESSES) & imported(path)


def add_button(app, pagename, templatename, context, doctree):
    """Begin the buttons of a chapter that can run here with one that runs it.

    What the browser lacks, Binder lacks too.
    """
    if app.builder.name != "html" or not doctree:
        return
    path = app.env.doc2path(pagename)
    if runs_here(path):
        address = context["pathto"](APP, resource=True)
        button = {
            "type": "link",
            "url": f"{address}?path={pagename}.ipynb",
            "text": "Run",
            "tooltip": "Run this chapter in the browser",
            "label": "run-here",
        }
        context["header_buttons"].insert(0, button)
    elif Path(path).suffix == ".ipynb":
        for group in context["header_buttons"]:
            if group["type"] == "group":
                buttons = [button for button in group["buttons"] if button["text"] != "Binder"]
                group["buttons"] = buttons


def copy_chapter(source, target, writer):
    """Copy a notebook in plain Markdown, without the cell that installs regkit, which is there."""
    notebook = plain(read(source), writer, colab=False)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "colab"]
    notebook.metadata.kernelspec = KERNEL
    write(notebook, target)


def extension():
    """Return the folder of the kernel's extension, wherever it was installed."""
    files = metadata.files("jupyterlite-pyodide-kernel")
    return next(file for file in files if file.name == "install.json").locate().resolve().parent


def build_jupyterlite(stage):
    """Run JupyterLite's own build on the chapters in `stage`; return the folder of the site."""
    config = {
        "apps": ["notebooks"],
        "contents": ["contents"],
        "federated_extensions": [str(extension())],
        "ignore_sys_prefix": True,  # what else is installed must not change the site
        "no_sourcemaps": True,
        "output_dir": "site",
        "source_date_epoch": 1_577_836_800,  # any fixed date, so that the site is always the same
    }
    (stage / "jupyter_lite_config.json").write_text(json.dumps({"LiteBuildConfig": config}))
    data = {"litePluginSettings": SETTINGS, "appName": "Regularization, Checked"}
    (stage / "jupyter-lite.json").write_text(json.dumps({"jupyter-config-data": data}))
    command = [sys.executable, "-m", "jupyterlite_core", "build"]
    done = subprocess.run(command, cwd=stage, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"JupyterLite was not built:\n{done.stdout}{done.stderr}")
    return stage / "site"


def pack(name, package, folder):
    """Pack an installed distribution of one pure package as a wheel; return its entry for Pyodide.

    `name` is what pip calls it, `package` what Python imports.
    """
    installed = metadata.distribution(name)
    source = Path(find_spec(package).origin).parent
    files = {
        path.relative_to(source.parent).as_posix(): path.read_bytes()
        for path in sorted(source.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    }
    stem = f"{name.replace('-', '_')}-{installed.version}"
    for file in sorted(installed.files):
        if file.name in ("METADATA", "WHEEL") or "licenses" in file.parts:
            files[f"{stem}.dist-info/{'/'.join(file.parts[1:])}"] = file.read_binary()
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as wheel:
        for path, content in files.items():
            # A ZipInfo has a fixed date unless it is told another.
            wheel.writestr(ZipInfo(path), content, ZIP_DEFLATED)
    digest = sha256(buffer.getvalue()).hexdigest()
    # The folder is named for the bytes, or a browser could take an older wheel from its cache.
    path = folder / digest[:12] / f"{stem}-py3-none-any.whl"
    path.parent.mkdir()
    path.write_bytes(buffer.getvalue())
    needed = [line for line in installed.requires or [] if "extra ==" not in line]
    return {
        "name": name,
        "version": installed.version,
        "file_name": path.relative_to(folder).as_posix(),
        "sha256": digest,
        "depends": [re.match(r"[\w-]+", line)[0] for line in needed],
        "imports": [package],
        "install_dir": "site",
        "package_type": "package",
        "unvendored_tests": False,
    }


def add_ours(site):
    """Add regkit, what the kernel lacks, and our two scripts to JupyterLite's site."""
    folder = site / "regkit"
    folder.mkdir()
    for name in ("runtime.mjs", "notice.js"):
        shutil.copy(OURS / name, folder)
    ours = {"comm": "comm", "regularization-checked": "regkit"}
    entries = [pack(name, package, folder) for name, package in ours.items()]
    packages = {"cdn": PYODIDE_CDN_URL, "packages": entries}
    (folder / "packages.json").write_text(json.dumps(packages, indent=1))
    page = site / "notebooks/index.html"
    text = page.read_text("utf-8")
    if text.count("<noscript>") != 1:
        raise RuntimeError("JupyterLite's page has changed: where does the notice go?")
    notice = (OURS / "notice.html").read_text("utf-8")
    page.write_text(text.replace("<noscript>", notice + "<noscript>"), "utf-8")


def build_lite(app, exception):
    """Build the part of the site in which the chapters run."""
    if exception or app.builder.name != "html":
        return
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        sources = {name: app.env.doc2path(name) for name in sorted(app.env.found_docs)}
        here = {name: path for name, path in sources.items() if runs_here(path)}
        beside = [Path(path).name for path in here.values()]
        for name, path in here.items():
            copy_chapter(path, stage / f"contents/{name}.ipynb", writer(app, name, beside))
        site = build_jupyterlite(stage)
        add_ours(site)
        shutil.rmtree(Path(app.outdir, "lite"), ignore_errors=True)
        shutil.move(site, Path(app.outdir, "lite"))


def setup(app):
    """Connect the functions above to the build."""
    app.connect("html-page-context", add_button, priority=800)
    app.connect("build-finished", build_lite, priority=900)  # what mends our pages, mends not these
    return {"parallel_read_safe": True, "parallel_write_safe": True}
