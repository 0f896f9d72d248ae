"""Make the PDF of the whole book, _build/pdf/regularization-checked.pdf: python web/pdf.py

Sphinx writes LaTeX, rsvg-convert draws the figures, and XeLaTeX typesets. None of these is a Python
package; what is missing is named, and for a script "python web/pdf.py missing" lists it:

    apt-get install --no-install-recommends $(python web/pdf.py missing)
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "_build/pdf"
NAME = "regularization-checked"

# What is used of each package, and how to ask for it.
NEEDS = {
    "texlive-xetex": ("which", "xelatex"),
    "texlive-latex-extra": ("kpsewhich", "needspace.sty"),
    "texlive-fonts-recommended": ("kpsewhich", "pzdr.tfm"),
    "latexmk": ("which", "latexmk"),
    "fonts-texgyre": ("kpsewhich", "texgyrepagella-regular.otf"),
    "fonts-texgyre-math": ("kpsewhich", "texgyrepagella-math.otf"),
    "fonts-dejavu-core": ("fc-list", "DejaVu Sans Mono"),
    "fonts-wqy-microhei": ("fc-list", "WenQuanYi Micro Hei"),
    "fontconfig": ("which", "fc-list"),
    "librsvg2-bin": ("which", "rsvg-convert"),
}


def is_here(tool, thing):
    """Return whether a program, a file of TeX's or a font is installed."""
    if tool == "which":
        return shutil.which(thing) is not None
    if shutil.which(tool) is None:
        return False
    return bool(subprocess.run([tool, thing], capture_output=True).stdout.strip())


def environment():
    """Return the environment of a build that gives the same date for the same commit."""
    last = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True
    )
    date = {"SOURCE_DATE_EPOCH": last.stdout.strip()} if last.stdout.strip() else {}
    whole_lines = {"max_print_line": "10000"}  # in the log, which is searched
    return date | os.environ | whole_lines | {"FORCE_SOURCE_DATE": "1"}


def build():
    """Write the LaTeX, typeset it, and put the PDF and its log where they belong."""
    # Beside the site's own build, because what Sphinx stores of a page depends on the builder.
    output = ROOT / "_build/print"
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    book = [jupyter_book, "build", ".", "--builder", "latex"]
    strict = ["-W", "-n", "--keep-going", "--path-output", str(output), "-q"]
    subprocess.run(book + strict, cwd=ROOT, env=environment(), check=True)
    latex = output / "_build/latex"
    typeset = ["latexmk", "-norc", "-pdfxe", "-silent", "-interaction=nonstopmode"]
    typeset += ["-halt-on-error", f"{NAME}.tex"]
    subprocess.run(typeset, cwd=latex, env=environment(), check=True)
    OUT.mkdir(parents=True, exist_ok=True)
    for suffix in (".pdf", ".log"):
        shutil.copy(latex / f"{NAME}{suffix}", OUT)


def main():
    missing = [package for package, need in NEEDS.items() if not is_here(*need)]
    if sys.argv[1:] == ["missing"]:
        print(*missing)
        return
    if missing:
        sys.exit(
            "For the PDF these Debian packages are missing:\n"
            f"    apt-get install --no-install-recommends {' '.join(missing)}"
        )
    build()
    print(f"The PDF is built: {(OUT / NAME).relative_to(ROOT)}.pdf")


if __name__ == "__main__":
    main()
