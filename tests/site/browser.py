"""Find the machine's Chromium, which is installed first if there is none and that is allowed.

    python tests/site/browser.py

sees to it that there is one, and fails where none can be had.
"""

import contextlib
import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without its sandbox, because CI runs as root; every page comes from this machine.
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
INSTALL = (
    ("apt-get", "update", "-q"),
    ("apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"),
)


def find():
    """Return the path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def install():
    """Have Debian's Chromium installed, as root or by a sudo that asks nothing."""
    print("There is no Chromium here: installing Debian's", flush=True)
    prefix = () if os.geteuid() == 0 else ("sudo", "-n")
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        for command in INSTALL:
            subprocess.run([*prefix, *command], stdout=subprocess.DEVNULL, timeout=300)


def find_or_install():
    """Return the path of a Chromium; end the program where none can be had."""
    if not find():
        install()
    return find() or sys.exit("There is no Chromium here, and it could not be installed")


if __name__ == "__main__":
    find_or_install()
