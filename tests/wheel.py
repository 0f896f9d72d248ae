"""Try a built wheel: what it declares, and that regkit in it fits Dask collections.

``make wheel`` runs it. Python imports from a wheel as from a folder, so nothing is installed.
"""

import os
import subprocess
import sys
import tomllib
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
FIT = """
import numpy as np, dask.array as da, regkit
assert ".whl" in regkit.__file__, regkit.__file__
X = da.random.default_rng(0).normal(size=(1000, 5), chunks=(300, 2))
y = X @ np.array([2.0, 0.0, -1.0, 0.0, 0.0])
ours, twin = (regkit.Lasso(0.1).fit(*rows) for rows in ((X, y), (X.compute(), y.compute())))
np.testing.assert_allclose(ours.coef_, twin.coef_, atol=1e-12)
assert ours.dual_gap_ < 1e-12 and len(regkit.load_prostate().target) == 97
"""
DATA = {"penguins_raw.csv", "penguins_raw.md", "prostate.csv", "prostate.md"}


def extras(path: Path) -> dict[str, list[str]]:
    """Return what each extra of a wheel requires."""
    with ZipFile(path) as wheel:
        [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = message_from_bytes(wheel.read(name))
    required = [Requirement(line) for line in metadata.get_all("Requires-Dist")]
    return {
        extra: [
            f"{needed.name}{needed.specifier}"
            for needed in required
            if needed.marker and needed.marker.evaluate({"extra": extra})
        ]
        for extra in metadata.get_all("Provides-Extra")
    }


def main(path: Path) -> None:
    """Raise if the wheel lacks the extra, or regkit in it does not fit."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = project["optional-dependencies"]["dask"]
    wanted = [f"{needed.name}{needed.specifier}" for needed in map(Requirement, declared)]
    assert sorted(extras(path)["dask"]) == sorted(wanted), extras(path)
    with ZipFile(path) as wheel:
        shipped = {name.removeprefix("regkit/data/") for name in wheel.namelist()}
    assert shipped >= DATA, DATA - shipped
    environment = os.environ | {"PYTHONPATH": str(path.resolve())}
    subprocess.run([sys.executable, "-c", FIT], env=environment, cwd="/", check=True, timeout=300)
    print(f"{path.name}: its extra [dask] is declared, and regkit in it fits a Dask array")


if __name__ == "__main__":
    [wheel] = sys.argv[1:]
    main(Path(wheel))
