"""Controls that a screen reader can name: the handle of ipywidgets' slider, and its picture, have no name."""

import base64
import html

import anywidget
import ipywidgets

# The browser's own slider, with a label. Its limits come first: a value beyond them would be cut.
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


class Slider(anywidget.AnyWidget, ipywidgets.IntSlider):
    """An `ipywidgets.IntSlider` for the kernel, drawn by the browser itself."""

    _esm = SLIDER


class Picture(ipywidgets.HTML):
    """A picture with words for those who do not see it."""

    png = b""

    def show(self, png: bytes, words: str) -> None:
        """Replace the picture by another one, with its words."""
        self.png = png
        source = base64.b64encode(png).decode()
        self.value = f'<img alt="{html.escape(words)}" src="data:image/png;base64,{source}">'
