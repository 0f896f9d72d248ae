"""Stand in for Pyodide's CDN, as far as the registries go: the core from npm, wheels from PyPI.

PyPI has the packages of pure Python. What is compiled for the browser is on the CDN alone.
"""

import json
import subprocess
import sys
import tarfile
from hashlib import sha256
from pathlib import Path

from jupyterlite_pyodide_kernel.constants import PYODIDE_PYTHON_VERSION, PYODIDE_VERSION

CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
LOCK = "pyodide-lock.json"
PURE = (
    "--platform=any",
    "--implementation=py",
    "--abi=none",
    f"--python-version={PYODIDE_PYTHON_VERSION}",
)


def run(*command):
    """Run a command within two minutes; if it fails, show what it said."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def fetch_core(folder):
    """Fetch Pyodide's core and its list of packages from npm."""
    run("npm", "pack", f"pyodide@{PYODIDE_VERSION}", "--pack-destination", str(folder))
    with tarfile.open(folder / f"pyodide-{PYODIDE_VERSION}.tgz") as archive:
        for name in (*CORE, LOCK):
            (folder / name).write_bytes(archive.extractfile(f"package/{name}").read())


def closure(packages, names):
    """Return the entries of some packages and of all that they need."""
    found, names = {}, list(names)
    while names:
        name = names.pop().lower().replace("_", "-")
        if name not in found:
            found[name] = packages[name]
            names += packages[name]["depends"]
    return found


def is_pure(entry):
    return entry["file_name"].endswith("-none-any.whl")


def fetch_wheels(folder, entries):
    """Fetch wheels of pure Python from PyPI, and take note of their sums.

    The CDN has built these wheels anew, so that its bytes are others.
    """
    specs = [f"{name}=={entry['version']}" for name, entry in entries.items()]
    pip = (sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:")
    run(*pip, *PURE, f"--dest={folder}", *specs)
    for entry in entries.values():
        entry["sha256"] = sha256((folder / entry["file_name"]).read_bytes()).hexdigest()


def stand_in(folder, names):
    """Fill a folder with what the CDN would give for some packages, but for what is compiled.

    Return Pyodide's list of packages, and the names of the files that are missing.
    """
    done = Path(folder, "missing.json")
    if not done.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        fetch_core(folder)
        lock = json.loads((folder / LOCK).read_text("utf-8"))
        needed = closure(lock["packages"], names)
        fetch_wheels(folder, {name: entry for name, entry in needed.items() if is_pure(entry)})
        (folder / LOCK).write_text(json.dumps(lock))
        missing = [entry["file_name"] for entry in needed.values() if not is_pure(entry)]
        done.write_text(json.dumps(sorted(missing)))
    packages = json.loads((folder / LOCK).read_text("utf-8"))["packages"]
    return packages, set(json.loads(done.read_text("utf-8")))
