"""Controls with names for screen readers, which the slider and the picture of ipywidgets lack."""

import base64
import html
from typing import Any

import anywidget
import ipywidgets

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
  slider.addEventListener(model.get("continuous_update") ? "input" : "change", send);
  for (const trait of ["min", "max", "value"]) model.on(`change:${trait}`, show);
  show();
}
export default { render };
"""


# Both bases can be displayed; anywidget's way comes first.
class Slider(anywidget.AnyWidget, ipywidgets.IntSlider):  # pyright: ignore[reportIncompatibleMethodOverride]
    """A slider that is an `ipywidgets.IntSlider` to Python and the browser's own on the page."""

    _esm = SLIDER


class Picture(ipywidgets.HTML):
    """A picture with a description for those who cannot see it."""

    png = b""

    def show(self, png: bytes, words: str) -> None:
        """Replace the picture and its description."""
        self.png = png
        source = base64.b64encode(png).decode()
        self.value = f'<img alt="{html.escape(words)}" src="data:image/png;base64,{source}">'

    def clear(self) -> None:
        """Show nothing, as a picture of something else would be taken for an answer."""
        self.png, self.value = b"", ""


def with_still(
    bundle: dict | None, png: bytes, words: str, given: dict[str, Any] | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Add a picture and its description to what a widget displays, for pages where no kernel runs.

    Args:
        bundle: of the widget: MIME type to data.
        png: the picture, as the bytes of a PNG file; empty where there is none.
        words: the description, or why there is no picture.
        given: kind and arrays of an explorer that docs/look_inside/explorers.js knows; None for others.

    Returns:
        the larger bundle, and its metadata.
    """
    if not png:
        return {**(bundle or {}), "text/plain": words}, {}
    still = {"image/png": base64.b64encode(png).decode(), "text/plain": words}
    explorer = {} if given is None else {EXPLORER: given}
    return {**(bundle or {}), **still, **explorer}, {"image/png": {"alt": words}}
