"""Run the tests under each set of processor instructions that this machine has.

python tests/kernels.py            the whole suite and the chapters, once under each
python tests/kernels.py numeric 2  only the tests of numbers, under two that `make test` did not use
python tests/kernels.py list       what there is

OpenBLAS sums in another order under each kernel, and NumPy under each width of its own loops, so
a test that holds for one rounding only fails here.
"""

import os
import platform
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Names that OpenBLAS gives its kernels, the widest first. One that a build lacks is answered by
# another kernel, one that the processor cannot run by a crash: `kernel` finds out.
CORES = {
    "x86_64": ("SapphireRapids", "SkylakeX", "Haswell", "Sandybridge", "Nehalem", "Prescott"),
    "aarch64": ("NEOVERSEV1", "NEOVERSEN1", "CORTEXA57", "ARMV8SVE", "ARMV8"),
}
CORES["AMD64"] = CORES["x86_64"]
CORES["arm64"] = CORES["aarch64"]

# Exercises what NumPy and SciPy take from OpenBLAS, then says which kernels that was.
PROBE = """
import numpy as np, scipy.linalg, threadpoolctl
A = np.arange(90_000.0).reshape(300, 300) % 7 + 300 * np.eye(300)
assert np.isfinite(scipy.linalg.cholesky(A @ A.T) @ np.linalg.solve(A, A[0])).all()
print(*sorted({lib.get("architecture", "") for lib in threadpoolctl.threadpool_info()}))
"""
# The wide instructions that the installed NumPy would use here.
WIDE = """
from numpy._core import _multiarray_umath as umath
print(*(name for name in umath.__cpu_dispatch__ if umath.__cpu_features__[name]))
"""


def answer(code: str, **settings: str) -> str:
    """Return what Python prints for some code under these settings; nothing if it crashes."""
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, env=os.environ | settings, capture_output=True, text=True, timeout=120
    ).stdout.strip()


def kernel(core: str = "") -> str:
    """Return the kernel that OpenBLAS runs if it is asked for one; nothing if that crashes."""
    return answer(PROBE, OPENBLAS_CORETYPE=core)


def settings() -> dict[str, dict[str, str]]:
    """Return the environment of each run: every kernel once, and NumPy without wide instructions.

    What the processor would use by itself comes first.
    """
    found = {kernel(): {}}
    for core in CORES.get(platform.machine(), ()):
        found.setdefault(kernel(core), {"OPENBLAS_CORETYPE": core})
    found.pop("", None)
    if wide := answer(WIDE):
        found[f"NumPy without {wide}"] = {"NPY_DISABLE_CPU_FEATURES": wide}
    return found


def numeric() -> list[str]:
    """Return pytest's arguments for the tests of numbers: those that judge `make mutants`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return project["tool"]["mutmut"]["pytest_add_cli_args_test_selection"]


def everything() -> list[str]:
    """Return pytest's arguments for all that `make test` runs."""
    chapters = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=300"]
    return [*chapters, "tests", "regkit", "chapters"]


def test(arguments: list[str], run: tuple[str, dict[str, str]]) -> subprocess.CompletedProcess:
    """Run pytest under one setting, in one thread, because several runs go on side by side."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"} | run[1]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def main(what: str = "all", further: str = ""):
    runs = list(settings().items())
    if what == "list":
        print(*(name for name, _ in runs), sep="\n")
        return
    # the narrowest kernel rounds least like the processor's own: from the end, which is NumPy's own
    chosen = runs[:0:-1][: int(further)] if further else runs
    arguments = numeric() if what == "numeric" else everything()
    failed = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for (name, _), run in zip(chosen, pool.map(partial(test, arguments), chosen), strict=True):
            print(f"\n== {name}\n{run.stdout}{run.stderr}", flush=True)
            if run.returncode:
                failed.append(name)
    print(f"\n{len(chosen) - len(failed)} of {len(chosen)} kernels passed", flush=True)
    if failed:
        sys.exit(f"Failed under {'; '.join(failed)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
