"""Formulas, drawn while pages are built: as HTML for the eye, as MathML for the ear."""

import re
from collections.abc import Iterator

from course.build.formulas import Typesetter, typesetting
from course.build.markdown import MarkdownWriter

import pytest


@pytest.fixture(scope="module")
def typesetter() -> Iterator[Typesetter]:
    with typesetting() as typesetter:
        yield typesetter


def test_a_formula_is_drawn_once_to_see_and_once_to_hear(typesetter):
    drawn = typesetter.draw(r"\tfrac{1}{2} x_i < \text{loss}")
    seen, heard = re.fullmatch(
        r"<mjx-container[^>]*>(<mjx-math.*</mjx-math>)<mjx-assistive-mml[^>]*>(<math.*</math>)"
        "</mjx-assistive-mml></mjx-container>",
        drawn,
    ).groups()
    assert 'aria-hidden="true"' in seen
    assert "<mfrac><mn>1</mn><mn>2</mn></mfrac><" in heard.replace("</mstyle>", "")
    assert "<msub><mi>x</mi><mi>i</mi></msub><mo>&lt;</mo><mtext>loss</mtext>" in heard


def test_a_formula_may_stand_on_a_line_of_its_own(typesetter):
    assert 'display="true"' in typesetter.draw(r"\sum_i x_i", display=True)
    assert 'display="true"' not in typesetter.draw(r"\sum_i x_i")


@pytest.mark.parametrize("formula", [r"\unknown", r"\frac{1}", "x^2^3", "{"])
def test_what_tex_does_not_know_is_an_error(typesetter, formula):
    with pytest.raises(ValueError, match=re.escape(formula)):
        typesetter.draw(formula)


def test_the_style_sheet_holds_the_letters_that_were_drawn_and_fonts_that_are_there(typesetter, tmp_path):
    typesetter.draw(r"\Omega")
    typesetter.save_style(tmp_path)
    style = (tmp_path / "formulas.css").read_text(encoding="utf-8")
    assert "mjx-c3A9" in style and "mjx-c3A8" not in style  # Omega, and not Psi
    fonts = re.findall(r'url\("([^"]+)"\)', style)
    assert len(fonts) > 10 and [font for font in fonts if not (tmp_path / font).is_file()] == []


def test_a_slide_keeps_the_dollars_of_code(typesetter):
    text = "`$HOME` and $a < b$\n\n```sh\necho $HOME $PATH\n```\n\n$$\\frac{a}{b}$$"
    html = MarkdownWriter(typesetter).blocks(text)
    assert html.count("<mjx-container") == 2 and "<mo>&lt;</mo>" in html and "<mfrac>" in html
    assert html.count("$") == 3


def test_a_heading_is_one_line(typesetter):
    assert MarkdownWriter(typesetter).line("`f` is *new*") == "<code>f</code> is <em>new</em>"
