"""Controls with names for screen readers, which the slider and the picture of ipywidgets lack."""

import base64
import html
from collections.abc import Callable
from typing import Any

from utils.figures.style import picture_to_store

import anywidget
import ipywidgets
import numpy as np
import traitlets
from matplotlib.figure import Figure

# What an explorer was given, stored beside its picture: the site makes a panel from it that is alive.
EXPLORER = "application/vnd.deep-cnn.explorer+json"

# The browser's own slider, with a label. Its limits are set first, as they would cut off a larger value.
SLIDER = """
function render({ model, el }) {
  const row = el.appendChild(document.createElement("div"));
  const label = row.appendChild(document.createElement("label"));
  const name = label.appendChild(document.createElement("span"));
  const slider = label.appendChild(document.createElement("input"));
  const number = row.appendChild(document.createElement("output"));
  slider.type = "range";
  slider.dataset.lmSuppressShortcuts = "true";  // arrow keys are the slider's, not JupyterLab's
  name.textContent = model.get("description");
  row.style = "display: flex; align-items: center; height: 32px";
  label.style = "display: flex; align-items: center; gap: 8px";
  name.style = "width: 72px; text-align: right";
  slider.style = "width: 150px; margin: 0";
  number.style = "width: 40px; margin-left: 12px";
  const show = () => {
    for (const limit of ["min", "max", "step"]) slider[limit] = model.get(limit);
    slider.value = number.textContent = model.get("value");
  };
  const send = () => {
    number.textContent = slider.value;
    model.set("value", Number(slider.value));
    model.save_changes();
  };
  slider.dataset.sends = model.get("continuous_update") ? "input" : "change";
  slider.addEventListener(slider.dataset.sends, send);
  for (const trait of ["min", "max", "value"]) model.on(`change:${trait}`, show);
  show();
}
export default { render };
"""

# A picture that is overdue is pale until Python has answered. A field left without a change asks nothing.
PICTURE = """
const PATIENCE = 800; // milliseconds
function render({ model, el }) {
  const shown = el.appendChild(document.createElement("div"));
  const waits = el.appendChild(document.createElement("div"));
  const ends = new AbortController();
  let timer, before;
  const tell = (words) => {
    clearTimeout(timer);
    shown.style.opacity = words ? 0.4 : 1;
    waits.textContent = words;
  };
  const draw = () => {
    shown.innerHTML = model.get("value");
    shown.style.cursor = model.get("is_clickable") ? "pointer" : "";
    tell("");
  };
  const ask = () => {
    clearTimeout(timer);
    timer = setTimeout(tell, PATIENCE, "Python is busy, perhaps with another cell. The answer follows.");
  };
  const follow = ({ type, target }) => {
    if (!el.parentElement?.closest(".widget-vbox")?.contains(target)) return;
    const isSent = type === (target.dataset.sends ?? "change");
    if (isSent && target.value !== before) ask();
    if (isSent || type === "focusin") before = target.value;
  };
  for (const type of ["focusin", "input", "change"]) document.addEventListener(type, follow, ends);
  shown.addEventListener("click", ({ target, offsetX, offsetY }) => {
    if (!model.get("is_clickable") || target.tagName !== "IMG") return;
    model.send([offsetX / target.clientWidth, offsetY / target.clientHeight]);
    ask();
  });
  waits.setAttribute("role", "status");
  model.on("change:num_drawn", draw);
  draw();
  return () => ends.abort();
}
export default { render };
"""


# Both bases can be displayed; anywidget's way comes first.
class Slider(anywidget.AnyWidget, ipywidgets.IntSlider):  # pyright: ignore[reportIncompatibleMethodOverride]
    """A slider that is an `ipywidgets.IntSlider` to Python and the browser's own on the page."""

    _esm = SLIDER


class Picture(anywidget.AnyWidget, ipywidgets.HTML):  # pyright: ignore[reportIncompatibleMethodOverride]
    """A picture with a description for those who cannot see it, which says when it waits for Python.

    It belongs into the box of an explorer: whoever moves a control of this box asks for a new picture.

    Attributes:
        png: the bytes of the file; empty where nothing is shown.
    """

    _esm = PICTURE
    png = b""
    num_drawn = traitlets.Int().tag(sync=True)
    is_clickable = traitlets.Bool().tag(sync=True)

    def show(self, png: bytes, words: str) -> None:
        """Replace the picture and its description."""
        source = base64.b64encode(png).decode()
        self._replace(png, f'<img alt="{html.escape(words)}" src="data:image/png;base64,{source}">')

    def clear(self) -> None:
        """Show nothing, as a picture of something else would be taken for an answer."""
        self._replace(b"", "")

    def _replace(self, png: bytes, value: str) -> None:
        with self.hold_sync():  # one message, which the browser takes for the answer
            self.png, self.value = png, value
            self.num_drawn += 1

    def on_click(self, call: Callable[[float, float], None]) -> None:
        """Call with the place of a click: from 0 at the left and at the top, to 1."""
        self.is_clickable = True
        self.on_msg(lambda _, place, buffers: call(*place))


def as_numbers(array: np.ndarray) -> list:
    """Return nested lists, in which whole numbers are integers: JupyterLab would write them so, too."""
    written = np.vectorize(lambda one: int(one) if float(one).is_integer() else float(one), otypes=[object])
    return written(array).tolist()


def with_still(
    bundle: dict | None, figure: Figure | None, words: str, given: dict[str, Any] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Add a picture and its description to what a widget displays, for pages where no kernel runs.

    Args:
        bundle: of the widget: MIME type to data.
        figure: what is drawn there; None where there is nothing to draw.
        words: the description, or why there is no picture.
        given: kind and arrays of an explorer that docs/look_inside/explorers.js knows; None for others.

    Returns:
        the larger bundle, and its metadata.
    """
    stored = picture_to_store(figure) if figure else None
    if not stored:
        return {**(bundle or {}), "text/plain": words}, {}
    png, metadata = stored
    still = {"image/png": base64.b64encode(png).decode(), "text/plain": words}
    explorer = {} if given is None else {EXPLORER: given}
    return {**(bundle or {}), **still, **explorer}, {"image/png": metadata | {"alt": words}}
