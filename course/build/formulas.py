"""Draw formulas while pages are built: MathJax runs here, in V8, and not in every reader's browser."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from course.build.assets import MATHJAX, copy_fonts, folder_of

from py_mini_racer import MiniRacer

# In the order in which each builds on those before it.
PARTS = (
    "startup.js",
    "core.js",
    "adaptors/liteDOM.js",
    "input/tex.js",
    "output/chtml.js",
    "output/chtml/fonts/tex.js",
    "a11y/assistive-mml.js",
)
FONTS = "output/chtml/fonts/woff-v2"
CONFIGURE = "var window = this, global = this, MathJax = { startup: { typeset: false, ready() {} } };"
# Behind each formula stands the same in MathML, unseen, which a screen reader reads.
START = """fonts => {
  const { mathjax, adaptors, handlers, input, output, a11y } = MathJax._;
  const adaptor = adaptors.liteAdaptor.liteAdaptor();
  a11y['assistive-mml'].AssistiveMmlHandler(handlers.html_ts.RegisterHTMLHandler(adaptor));
  const formatError = (jax, error) => { throw error; };
  const tex = new input.tex_ts.TeX({ packages: ['base', 'ams'], formatError });
  const font = new output.chtml.fonts.tex_ts.TeXFont({ fontURL: fonts });
  const chtml = new output.chtml_ts.CHTML({ font });
  const page = mathjax.mathjax.document('', { InputJax: tex, OutputJax: chtml });
  this.draw = (formula, display) => {
    try {
      return adaptor.outerHTML(page.convert(formula, { display }));
    } catch (error) {
      return `error: ${error.message}`;
    }
  };
  this.style = () => adaptor.textContent(chtml.styleSheet(page));
}"""


@contextlib.contextmanager
def typesetting() -> Iterator["Typesetter"]:
    """Yield who draws formulas. Afterwards V8 is stopped, whose thread would keep Python from its end."""
    with MiniRacer() as v8:
        yield Typesetter(v8)


class Typesetter:
    """Draws formulas, and knows the style sheet that those drawn so far need."""

    def __init__(self, v8: MiniRacer):
        """Start MathJax; to stop it is the caller's, see `typesetting`."""
        self._v8 = v8
        self._v8.eval(CONFIGURE)
        for part in PARTS:
            self._v8.eval((folder_of(*MATHJAX) / part).read_text(encoding="utf-8"))
        self._v8.eval(f"({START})({json.dumps(FONTS)})")

    def draw(self, formula: str, display: bool = False) -> str:
        """Return a formula as HTML.

        Args:
            formula: TeX, without its dollar signs.
            display: whether it stands on a line of its own.

        Raises:
            ValueError: MathJax does not understand it.
        """
        drawn = self._text_of(f"draw({json.dumps(formula)}, {json.dumps(display)})")
        if drawn.startswith("error: "):
            raise ValueError(f"{drawn.removeprefix('error: ')} in the formula {formula}")
        return drawn

    def save_style(self, folder: Path) -> None:
        """Write the style sheet and its fonts into `folder`, where `formulas.css` is its entry."""
        copy_fonts(folder)
        (folder / "formulas.css").write_text(self._text_of("style()"), encoding="utf-8")

    def _text_of(self, call: str) -> str:
        """Return what a call of JavaScript gives, which is text."""
        return str(self._v8.eval(call))
