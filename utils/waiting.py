"""A bar that moves below each cell that takes long, so that nobody takes the notebook for stuck.

Importing `utils` in the kernel of a notebook switches it on, for the cell of the import, too. The browser
moves the bar, so that it goes on where Python is deep in a library. The bar goes when the cell ends, or shows
a bar of its own.
"""

import contextvars
import sys
import threading
import time
from typing import Any

WAIT_SECONDS = 2  # before the bar is shown
VIEW = "application/vnd.jupyter.widget-view+json"
NOTHING = {"text/plain": ""}  # what is left of the bar: some programs warn of an output without any data
BAR = '<progress aria-label="this cell is running"></progress>'


def watch_cells() -> None:
    """Show the bar below the cell that runs and below those that follow; outside of notebooks do nothing."""
    # Nobody has imported IPython where no notebook runs, and it takes a while.
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if hasattr(shell, "kernel"):
        _Watch(shell)


class _Watch:
    """Begins with each cell, and ends with it."""

    def __init__(self, shell):
        self._shell, self._is_over = shell, threading.Event()
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._end)
        shell.display_pub.register_hook(self._note)
        self._begin()

    def _begin(self, *_) -> None:
        self._is_over = threading.Event()
        # What a thread displays belongs to the cell whose context it has.
        context, arguments = contextvars.copy_context(), (self._follow, self._is_over, time.monotonic())
        self._thread = threading.Thread(target=context.run, args=arguments, daemon=True)
        self._thread.start()

    def _end(self, *_) -> None:
        self._is_over.set()
        self._thread.join(1)  # so that the bar goes before the cell counts as done

    def _note(self, message: dict[str, Any]) -> dict[str, Any]:
        """See what the cell displays; the bar's own messages, of another thread, do not come here."""
        if VIEW in message["content"].get("data", {}):
            self._is_over.set()
        return message

    def _follow(self, is_over: threading.Event, start: float) -> None:
        """Show the bar if the cell takes long, and take it away in the end."""
        if is_over.wait(WAIT_SECONDS):
            return
        import ipywidgets  # only here: most cells end before they need it

        bar = ipywidgets.HTML(BAR)
        # The view alone: a comparison of outputs passes over it.
        view = {"version_major": 2, "version_minor": 0, "model_id": bar.model_id}
        place = {"display_id": bar.model_id}
        self._shell.display_pub.publish({VIEW: view}, transient=place)
        while not is_over.wait(1):
            bar.description = f"{time.monotonic() - start:.0f} s"
        self._shell.display_pub.publish(NOTHING, transient=place, update=True)
        for widget in (bar, bar.style, bar.layout):
            widget.close()
