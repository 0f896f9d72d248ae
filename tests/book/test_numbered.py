"""Figures and formulas have the numbers that the text and the Chinese summaries give them."""

import json
import re
from pathlib import Path

import pytest
from docutils import nodes
from docutils.utils import new_document
from numbered import CITED, KIND, chapter, link, number

KINDS = {name: kind for kind, name in KIND.items()}
CHAPTERS = sorted((Path(__file__).resolve().parents[2] / "chapters").glob("[0-9]*.ipynb"))
# What is meant by each number, in a summary or in the text: "Figure 2.1" means what 图 2.1 does.
# Where a chapter gains a figure, its summary must follow.
MEANT = {
    "图 1.1": "along the predicted line",
    "图 1.2": "only falls with more columns",
    "图 1.3": "With a stronger penalty the training error rises",
    "图 1.4": "The better a coefficient is known",
    "图 1.5": "Bias squared, variance",
    "图 1.6": "With few rows one column predicts better",
    "图 2.1": "meets the lasso's ball in a corner",
    "图 2.2": "the two forms draw the same curve",
    "图 2.3": "the balls of the four norms",
    "图 2.4": "The least error within a budget",
    "图 2.5": "Pull against coefficient",
    "图 2.6": "in a wedge along an axis end in the same corner",
    "图 2.7": "the posterior mean under the same Laplace prior",
    "图 2.8": "Under a Laplace prior ridge errs less than the lasso",
    "图 3.1": "The factor by which a gradient step",
    "图 3.2": "The same curvature added to both directions",
    "图 3.3": "All three filters rise from near 0",
    "图 3.4": "Ridge and early stopping follow nearly the same path",
    "图 3.5": "Steps until a millionth",
    "图 3.6": "a fixed step stops at a floor",
    "图 3.7": "With two layers",
    "图 3.8": "the allowed box",
    "图 4.1": "touches the graph of |w| from below",
    "图 4.2": "pull with exactly α",
    "图 4.4": "keep hopping across zero",
    "图 4.5": "the best iterate gets nearest",
    "图 4.6": "Coordinate descent gets nearest first",
    "图 4.7": "Exact zeros",
    "图 4.8": "Duality gap and true excess",
    "图 4.9": "Zeros proved by the duality gap",
    "图 5.1": "Log PSA rises with every column",
    "图 5.2": "takes a coefficient down a straight line",
    "图 5.3": "as alpha falls from 30",
    "图 5.4": "leaves 0 at 0.84",
    "图 5.5": "Cross-validated error of the lasso",
    "图 6.2": "Difference of two weights",
    "图 6.1": "along an edge",
    "图 6.4": "Ratio of the lasso's error to ridge's",
    "图 6.5": "The lasso takes the same amount from every coefficient",
    "图 7.1": "the test error falls and then rises",
    "图 7.2": "10 coefficients as alpha falls",
    "图 7.3": "one standard error allows",
    "图 7.4": "ten thin curves, one per fold",
    "图 7.5": "The penalty with the least error still keeps",
    "图 7.6": "lcavol's copy",
    "图 8.1": "A rare level pays most",
    "图 8.2": "A new season or island costs far more",
    "图 8.3": "The deviation allows a penalty of",
    "图 8.4": "The fits agree on flipper, sex and species",
    "图 9.1": "Three losses",
    "图 9.2": "Held-out log loss against alpha, ten splits",
    "图 9.3": "24 networks",
    "图 9.4": "five digits",
    "图 9.5": "Error and number of tastes",
    "图 10.1": "the coefficient of gleason",
    "图 10.2": "in PyTorch. Left",
    "图 10.3": "AdamW stays at",
    "式 1.1": r"1 - \frac{q}{58}",
    "式 1.2": r"\arg\min_w",
    "式 1.3": r"\mathcal E(w_\alpha) + \alpha\, \Omega(w_\alpha)",
    "式 1.4": r"\text{bias}^2",
    "式 1.6": r"\frac{\zeta^2}{1 + \zeta^2}",
    "式 1.7": r"\text{variance} =",
    "式 1.8": r"\operatorname{Cov}(\hat y_i, y_i) = \frac{2\sigma^2}{n}",
    "式 1.9": r"\text{random design:}",
    "式 2.1": r"\mathcal E(w) = \min_b",
    "式 2.2": r"F(w) &= \mathcal E(w) + \alpha\,\Omega(w)",
    "式 2.3": r"\frac{\lambda}{2n}",
    "式 2.4": r"- \alpha\bigl(\Omega(w) - T_\alpha\bigr)",
    "式 2.6": r"\text{ under L1 if }",
    "式 3.2": r"\nabla F = -\frac1n X^\top",
    "式 3.5": r"\frac{2}{L + \mu}",
    "式 3.7": r"\kappa(\alpha) =",
    "式 3.10": r"w(\alpha) = \sum_m",
    "式 3.11": r"\mathrm{df}(\alpha) = \sum_m",
    "式 3.17": r"\frac{t\,\sigma^2}{4B}",
    "式 4.6": r"|c_j| \le \alpha",
    "式 4.8": r"\alpha_{\max} =",
    "式 4.10": r"\operatorname{soft}(v, \tau) =",
    "式 4.21": r"\text{gap}(w) = F(w) - D(u)",
    "式 4.25": r"\Longrightarrow\quad w_j^* = 0",
    "式 5.1": r"F(w, b) =",
    "式 5.3": r"w_{\text{ridge}} =",
    "式 6.3": r"\operatorname{prox}_{tg}(v) =",
    "式 6.4": r"\frac{\operatorname{soft}(c_j, l_1)}{l_2}",
    "式 6.6": r"\tfrac{l_2}2 \|w - w^*\|^2",
    "式 6.7": r"|w_h - w_j| \;\le",
    "式 6.8": r"X^+ =",
    "式 6.9": r"w_{\text{rescaled}} =",
    "式 7.1": r"\mathrm{se}(\alpha)^2",
    "式 7.2": r"\frac{y_i - \hat y_i}{1 - h_i}",
    "式 7.3": r"\sum_i \operatorname{Cov}(\hat y_i, y_i)",
    "式 7.4": r"\text{AIC}",
    "式 7.5": r"\quad\text{least at}\quad",
    "式 7.6": r"k\,(1 + c^2)",
    "式 8.1": r"\frac{1 + \rho}2",
    "式 8.3": r"w_k^{\text{lasso}} &=",
    "式 8.4": r"\sum_k c_k =",
    "式 8.5": r"\frac{\text{sd}}{\sqrt{K - 1}}",
    "式 8.6": r"w_j^{\text{per unit}} &=",
    "式 9.1": r"\nabla \mathcal E(w)",
    "式 9.2": r"(\tilde y_i - q)",
    "式 9.3": r"\max(0, 1 - y_i z_i)^2",
    "式 9.4": r"\tanh",
    "式 9.5": r"\frac{\partial F}{\partial \beta_q}",
    "式 9.6": r"R_{hf} - A_h^\top B_f",
    "式 10.2": r"\alpha = \frac{P}{nD}",
    "式 10.3": r"\frac1{2n} \sum_i e_i^2 + \lambda \Bigl( r \|w\|_1 + \frac{1-r}{2} \|w\|_2^2",
    "式 10.5": r"\frac{1-r}{2\,\mathrm{sd}_n(y)}",
    "式 10.6": r"(1 - \beta)\,\mathit{wd}\,w = 0",
}


def contents(path):
    """Return what a chapter's numbers stand for, and the numbers its summary cites."""
    of, found, cited = chapter(f"chapters/{path.name}"), {"图": [], "式": []}, set()
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            found["式"] += re.findall(r"\$\$(.+?)\$\$", source, re.DOTALL)
            cited |= {f"{KINDS.get(kind.lower(), kind)} {k}" for kind, k in CITED.findall(source)}
        data = [output.get("data", {}) for output in cell.get("outputs", [])]
        found["图"] += ["".join(d["text/plain"]) for d in data if "image/svg+xml" in d]
    numbered = {
        f"{kind} {of}.{k}": thing for kind in found for k, thing in enumerate(found[kind], 1)
    }
    return numbered, cited


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_summary_cites_what_it_means(path):
    numbered, cited = contents(path)
    assert {mention[0] for mention in cited} == {"图", "式"}
    for mention in cited:
        assert MEANT[mention] in re.sub(r"\s+", " ", numbered[mention]), mention


def test_nothing_is_meant_that_no_summary_cites():
    assert set().union(*(contents(path)[1] for path in CHAPTERS)) == set(MEANT)


FIRST = "It falls to 1.5 at last, e.g. here."


def figure():
    told = nodes.paragraph("", "It falls to 1.5\nat last, e.g. here. Then it rises.")
    text = nodes.container("", told, mime_type="text/plain")
    return nodes.container("", nodes.container("", mime_type="image/svg+xml"), text)


def test_things_are_numbered_from_the_top_and_mentions_linked():
    document, formula = new_document("a chapter"), nodes.math_block("", "x", number=None)
    labelled = nodes.math_block("", "y", label="eq-own", number=7)
    text = nodes.paragraph("", "图 4.2，式 4.1；图 4.3. Figure 4.1 and formula 4.1, of the two.")
    code = nodes.literal_block("", "# Draw figure 4.1")
    document += [figure(), formula, labelled, figure(), text, code]
    places = number(document, "4")
    assert places == {"figure-4-1", "figure-4-2", "formula-4-1"}
    captions = [p.astext() for p in document.findall(nodes.paragraph) if p["classes"]]
    assert captions == [f"Figure\xa04.{k}. {FIRST}" for k in (1, 2)]
    assert (formula["number"], labelled["number"]) == ("4.1", 7)
    assert list(link(document, places)) == ["图 4.3"]
    links = {node.astext(): node["refid"] for node in document.findall(nodes.reference)}
    assert links == {
        "图\xa04.2": "figure-4-2",
        "式\xa04.1": "formula-4-1",
        "Figure\xa04.1": "figure-4-1",
        "formula\xa04.1": "formula-4-1",
    }
    said = "图\xa04.2，式\xa04.1；图 4.3. Figure\xa04.1 and formula\xa04.1, of the two."
    assert text.astext() == said
    assert code.children == [nodes.Text("# Draw figure 4.1")], "code is no text to link"


def test_only_chapters_have_numbers():
    assert chapter("chapters/04_signs") == "4"
    assert chapter("chapters/proofs") is chapter("reference/notation") is None
