"""The printed book: what is folded, boxed and checked on the way to the PDF."""

import sys
from pathlib import Path

import check_pdf
import pdf
import printed
import pytest
from answers import collect
from docutils import nodes
from docutils.utils import new_document
from latex import BOXES, Folds, boxed, column_width

ROOT = Path(__file__).resolve().parents[2]


def cell(tag, *parts):
    contents = [nodes.container("", classes=[part]) for part in parts]
    return nodes.container("", *contents, classes=["cell", *tag])


def fold(name, text):
    content = nodes.paragraph("", text)
    return nodes.container("", nodes.rubric("", name), content, design_component="dropdown")


def test_folded_code_is_left_out_and_its_output_kept():
    document = new_document("chapter")
    document += cell([], "cell_input", "cell_output")
    document += cell(["tag_hide-input"], "cell_input", "cell_output")
    document += cell(["tag_hide-cell"], "cell_input", "cell_output")
    document += cell(["tag_hide-input"], "cell_input")
    Folds(document).run()
    left = [[part["classes"][0] for part in cell] for cell in document]
    assert left == [["cell_input", "cell_output"], ["cell_output"], ["cell_output"]]


def test_the_answers_of_a_question_are_collected_in_one_box_with_their_check():
    options = [fold("(a) one", "No. It is two."), fold("(b) two", "Right. One and one.")]
    question = nodes.admonition("", nodes.title("", "1.1 · easy"), *options)
    check = cell(["tag_hide-cell"], "cell_output")
    chapter = nodes.section("", nodes.title("", "Test"), question, check, fold("Answer 1.2", "3"))
    boxes = collect(chapter)
    assert [box[0].astext() for box in boxes] == ["Answer 1.1", "Answer 1.2"]
    assert boxes[0][1].astext() == "(a) No. It is two."
    assert boxes[0][-1] is check
    assert [part.astext() for part in question] == ["1.1 · easy", "(a) one", "(b) two"]
    assert len(chapter) == 2  # its title and the question


@pytest.mark.parametrize("name", BOXES)
def test_each_kind_of_box_has_its_look(name):
    style = (ROOT / "web/latex/print.sty").read_text("utf-8")
    assert f"\\boxlook{{{BOXES[name]}}}" in style

    class Writer:
        body = ()

        def hypertarget_to(self, node, anchor):
            return ""

    writer = Writer()
    writer.body = []
    visit = boxed(lambda self, node: self.body.append(r"\begin{sphinxadmonition}{note}"))
    visit(writer, nodes.admonition("", classes=["other", name]))
    assert writer.body[-1] == rf"\begin{{sphinxadmonition}}{{{BOXES[name]}}}"


def test_a_column_is_wide_enough_for_its_longest_word():
    assert column_width(["a", "indivisible", "a b"]) > column_width(["a", "b c d e f g", "a b"])
    assert column_width(["word " * 10]) == column_width(["word " * 100])


def test_what_is_missing_for_the_pdf_is_named(monkeypatch, capsys):
    monkeypatch.setattr(pdf, "is_here", lambda tool, thing: thing != "xelatex")
    monkeypatch.setattr(sys, "argv", ["pdf.py"])
    with pytest.raises(SystemExit, match=r"apt-get install .* texlive-xetex$"):
        pdf.main()
    monkeypatch.setattr(sys, "argv", ["pdf.py", "missing"])
    pdf.main()
    assert capsys.readouterr().out == "texlive-xetex\n"


def test_the_front_page_links_to_the_file_that_is_made():
    assert ROOT / printed.PDF == check_pdf.PDF == pdf.OUT / f"{pdf.NAME}.pdf"


WANTED = {"titles": ["One", "Two"], "terms": ["岭回归", "嶺迴歸"], "figures": 3}
WANTED |= dict.fromkeys(check_pdf.IN_TEXT, 2)
FOUND = WANTED | {
    "titles": ["Part", "1 One", "1.1 More", "2 Two"],
    "text": "岭回归·嶺迴歸",
    "metadata": {"/Title": "Book", "/Author": "We"},
}


def test_a_whole_pdf_passes():
    assert list(check_pdf.content_problems(WANTED, FOUND)) == []


@pytest.mark.parametrize(
    ("lack", "said"),
    [
        ({"figures": 2}, "2 figures, 3 in the sources"),
        ({"solutions": 1}, "1 solutions, 2 in the sources"),
        ({"titles": ["1 One"]}, "not in the outline: Two"),
        ({"text": "岭回归"}, "cannot be read: 嶺迴歸"),
        ({"metadata": {"/Title": None}}, "no /Title in the metadata"),
    ],
)
def test_what_a_pdf_lacks_is_said(lack, said):
    assert list(check_pdf.content_problems(WANTED, FOUND | lack)) == [said]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Missing character: There is no ✗ (U+2717) in font DejaVu Sans/OT:", "no ✗ (U+2717)"),
        (
            "LaTeX Warning: Hyper reference `a:b' on page 2 undefined on input\nline 3",
            "nowhere: a:b",
        ),
        ("Overfull \\hbox (120.5pt too wide) in paragraph at lines 1--2", "120.5 points too wide"),
    ],
)
def test_what_xelatex_complains_of_is_said(line, said):
    (problem,) = check_pdf.log_problems(f"This is XeTeX\n{line}\n")
    assert said in problem


def test_a_line_may_stand_out_a_little():
    assert (
        list(check_pdf.log_problems("Overfull \\hbox (5.2pt too wide) in paragraph at lines 1--2"))
        == []
    )


def test_an_exercise_is_counted_once_however_often_it_is_mentioned():
    text = "Exercise1.1(Easy)SolutiontoExercise1.1(Easy)seeExercise1.1(Easy)Exercise1.2(Hard)"
    assert check_pdf.numbered("exercises", text) == 2
    assert check_pdf.numbered("solutions", text) == 1
    assert check_pdf.numbered("summaries in Chinese", "中文提要、中文提要") == 2


def test_the_sources_promise_figures_exercises_and_terms():
    promised = check_pdf.expected(ROOT)
    assert promised["exercises"] == promised["solutions"] > 40
    assert promised["figures"] > 60
    assert "Overfitting: why fit worse on purpose" in promised["titles"]
    assert {"岭回归", "脊迴歸（嶺迴歸）"} <= set(promised["terms"])
