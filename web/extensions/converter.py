"""A λ converter: one library's numbers in, every other library's call out.

    ```{converter}
    ```

Each row of regkit.conventions gives its factors, so that the script in ``web/static/converter.js``
can convert without asking anybody. What stands on the page before the script wakes is the answer
for `START`, computed by regkit here.
"""

import json
from html import escape

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

from regkit.conventions import CONVENTIONS, TERMS, Convention, DataTerm

MIX = r"\alpha \bigl( r \|w\|_1 + \frac{1 - r}{2} \|w\|_2^2 \bigr)"
MEAN_LOGISTIC = DataTerm(r"\frac{1}{n} \sum_i \log(1 + e^{-y_i z_i})", 1)
OURS = {"alpha": "strength", "l1_ratio": "ratio"}

# The book's own, which need no conversion and so are no row of the table.
BOOK = (
    Convention("regkit.ElasticNet", TERMS["half_mse"], MIX, 1, 1, OURS, "this book"),
    Convention("regkit.LogisticRegression", MEAN_LOGISTIC, MIX, 1, 1, OURS, "this book"),
)

WORDS = {
    TERMS["half_mse"].formula: "half the mean squared error",
    r"\frac{1}{n} \sum_i e_i^2": "the mean squared error",
    r"\sum_i e_i^2": "the sum of the squared errors",
    TERMS["c_times_logistic"].formula: "C times the summed logistic loss",
    MEAN_LOGISTIC.formula: "the mean logistic loss",
}

_DECAY = "torch.optim.{}(weights, lr=…, weight_decay={{weight_decay}})"
_KERAS = "Dense(1, kernel_regularizer=keras.regularizers.{})"

# What to type. Numbers go where their names stand.
CALLS = {
    "regkit.ElasticNet": "ElasticNet({alpha}, l1_ratio={l1_ratio})",
    "regkit.LogisticRegression": "LogisticRegression({alpha}, l1_ratio={l1_ratio})",
    "sklearn.Lasso": "Lasso(alpha={alpha})",
    "sklearn.Ridge": "Ridge(alpha={alpha})",
    "sklearn.ElasticNet": "ElasticNet(alpha={alpha}, l1_ratio={l1_ratio})",
    "sklearn.LogisticRegression": "LogisticRegression(C={C}, l1_ratio={l1_ratio}, solver='saga')",
    "sklearn.SGDRegressor": (
        "SGDRegressor(penalty='elasticnet', alpha={alpha}, l1_ratio={l1_ratio})"
    ),
    "glmnet": "glmnet(X, y, alpha = {alpha}, lambda = {lambda_}, standardize = FALSE)",
    "torch.SGD": _DECAY.format("SGD"),
    "torch.Adam": _DECAY.format("Adam"),
    "keras.SGD": "keras.optimizers.SGD(…, weight_decay={weight_decay})",
    "keras.L1": _KERAS.format("L1({l1})"),
    "keras.L2": _KERAS.format("L2({l2})"),
    "keras.L1L2": _KERAS.format("L1L2(l1={l1}, l2={l2})"),
    "tf.nn.l2_loss": "loss + {lambda_} * tf.nn.l2_loss(w)",
    "statsmodels.OLS": (
        "OLS(y - y.mean(), X - X.mean(0)).fit_regularized(alpha={alpha}, L1_wt={L1_wt})"
    ),
    "xgboost.gblinear": (
        "XGBRegressor(booster='gblinear', reg_alpha={reg_alpha}, reg_lambda={reg_lambda})"
    ),
    "matlab.lasso": "lasso(X, y, 'Lambda', {Lambda}, 'Alpha', {Alpha}, 'Standardize', false)",
    "document": "λ = {lambda_}",
}

REFUSED = ("needs an L1 part", "has no L1 part", "has no L2 part")
# A row that refuses to do without an L1 part.
NEEDS_L1 = "matlab.lasso"

START = ("sklearn.Ridge", {"alpha": 10.0}, {"S": 67.0, "sd_y": 1.2})
ALL = {
    row.name: row
    for row in (*BOOK, *CONVENTIONS.values())
    if not (row.l1 is None and row.l2 is None)
}


def call(row):
    """Return what to type, with the names of the numbers in braces."""
    return CALLS[row.name.removesuffix(", MSE").split(":")[0]]


def loss(row):
    """Return the loss, which no conversion changes."""
    return "logistic" if "log" in row.data.formula else "squared"


def number(value):
    """Return a number as the page prints it: ten digits, as few as say the same."""
    return f"{value:.10g}"


def elsewhere(row, strength, figures):
    """Return what to type for a row, or which part of the penalty it does not have."""
    if row.name == NEEDS_L1 and strength.l1_ratio == 0:
        return REFUSED[0]
    try:
        theirs = row.from_regkit(*strength, **figures)
    except ValueError:
        return REFUSED[1 if row.l1 is None else 2]
    typed = call(row)
    for name in row.parameters:
        typed = typed.replace(f"{{{name}}}", number(theirs[name]))
    return typed


def factors(row):
    """Return of a row what the script computes with."""
    size = ["S"] * row.data.summed

    def part(factor, over):
        return None if factor is None else [factor / row.data.factor, size + [over] * bool(over)]

    return {
        "name": row.name,
        "loss": loss(row),
        "data": WORDS[row.data.formula],
        "size": [row.data.factor, size],
        "l1": part(row.l1, row.l1_over),
        "l2": part(row.l2, row.l2_over),
        "parameters": dict(row.parameters),
        "intercept": row.intercept,
        "call": call(row),
        "needs_l1": row.name == NEEDS_L1,
    }


def field(name, label, value):
    """Return a field for a number, as HTML."""
    return (
        f'<label>{label} <input name="{name}" type="text" inputmode="decimal" autocomplete="off"'
        f' spellcheck="false" value="{number(value)}" /></label>'
    )


def form():
    """Return the fields, with the names of START in them, as HTML."""
    name, numbers, figures = START
    options = "".join(f"<option{' selected' * (row == name)}>{escape(row)}</option>" for row in ALL)
    return (
        '<form class="converter" id="converter" aria-label="Converter"><fieldset disabled="">'
        f'<label>I have <select name="row" autocomplete="off">{options}</select></label>'
        f'<span class="numbers">{"".join(field(k, k, v) for k, v in numbers.items())}</span>'
        + field("S", "rows <i>n</i>", figures["S"])
        + field("sd_y", "sd of <i>y</i>", figures["sd_y"])
        + '</fieldset><p class="wrong" role="alert"></p>'
    )


def answer():
    """Return the same model elsewhere for START, and what the script needs, as HTML."""
    name, numbers, figures = START
    strength = ALL[name].to_regkit(**numbers, **figures)
    lines = ['<table class="calls"><caption>The same model elsewhere</caption><tbody>']
    for row in ALL.values():
        hidden = ' hidden=""' * (row.name == name or loss(row) != loss(ALL[name]))
        typed = elsewhere(row, strength, figures)
        none = ' class="none"' * (typed in REFUSED)
        lines.append(
            f'<tr{none}{hidden}><th scope="row">{escape(row.name)}</th>'
            f"<td><code>{escape(typed)}</code></td></tr>"
        )
    content = json.dumps([factors(row) for row in ALL.values()], ensure_ascii=False)
    content = content.replace("<", "\\u003c")
    return "\n".join(
        [*lines, "</tbody></table>", f'<script type="application/json">{content}</script></form>']
    )


class Converter(SphinxDirective):
    """The converter, on the site only."""

    def run(self):
        self.env.metadata[self.env.docname]["converter"] = True
        formulas = nodes.container(classes=["formulas"])
        for row in ALL.values():
            shown = ["shown"] * (row.name == START[0])
            formulas += nodes.container(
                "", *self.parse_text_to_nodes(f"${row.formula}$"), classes=["formula", *shown]
            )
        words = nodes.raw("", '<p class="words" aria-live="polite"></p>', format="html")
        start, end = (nodes.raw("", text, format="html") for text in (form(), answer()))
        return [addnodes.only("", start, formulas, words, end, expr="html")]


def add_assets(app, pagename, templatename, context, doctree):
    """Load style and script where the converter stands."""
    if "converter" in app.env.metadata.get(pagename, {}) and app.builder.format == "html":
        app.add_css_file("converter.css")
        app.add_js_file("converter.js", loading_method="defer")


def setup(app):
    """Make the directive known to Sphinx."""
    app.add_directive("converter", Converter)
    app.connect("html-page-context", add_assets)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
