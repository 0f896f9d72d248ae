"""What was measured on."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def machine(packages: tuple[str, ...]) -> dict[str, str]:
    """Return the processor, Python, and the versions of packages."""
    processor = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text("utf-8").splitlines()
        processor = next((x.split(": ")[1] for x in lines if x.startswith("model name")), processor)
    facts = {"processor": processor, "Python": platform.python_version()}
    for package in packages:
        try:
            facts[package] = version(package)
        except PackageNotFoundError:
            facts[package] = "not installed"
    return facts
