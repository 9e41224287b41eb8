"""axe-core on a page as it stands: every rule on all of it, but colors of code only once for each kind."""

import importlib.util
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(importlib.util.find_spec("axe_playwright_python").origin).parent / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What can differ between two themes of one page.
COLOR_RULES = ["color-contrast", "link-in-text-block"]
REPEATED = "data-repeated"
# Contrast is worked out word by word against all that lies around, and a chapter holds thousands of colored
# words of code. Of those alike in color, font and all that lies behind them, three stay on the page meanwhile
# (three, for one of them may lie under a button). axe-core does not judge a single letter, so that it stands
# for no other word.
MARK_REPEATED = """name => {
  const behind = new Map([[null, '']]), counts = new Map();
  const ground = one => {
    if (!behind.has(one)) {
      const style = getComputedStyle(one);
      const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter, style.display,
        style.visibility, style.mixBlendMode].join();
      behind.set(one, `${ground(one.parentElement)};${own}`);
    }
    return behind.get(one);
  };
  for (const word of document.querySelectorAll('pre *')) {
    word.removeAttribute(name);
    const text = word.textContent.trim();
    if (word.childElementCount || !text) continue;
    const style = getComputedStyle(word);
    const kind = [style.color, style.fontSize, style.fontWeight, style.textShadow, [...text].length === 1,
      ground(word)].join();
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    word.toggleAttribute(name, counts.get(kind) > 3);
  }
}"""


def violations(page: Page, within: str = "html") -> list[str]:
    """Return all that axe-core finds wrong in the parts of the page that a selector names."""
    others = {"rules": {rule: {"enabled": False} for rule in COLOR_RULES}}
    found = _run(page, {"runOnly": {"type": "tag", "values": TAGS}, **others}, within)
    return found + violations_of_color(page, within)


def violations_of_color(page: Page, within: str = "html") -> list[str]:
    """Return what is too pale to be read."""
    # Colors that are still fading from one theme to the other are nobody's colors.
    page.evaluate("document.getAnimations().forEach(animation => animation.finish())")
    page.evaluate(MARK_REPEATED, REPEATED)
    hidden = page.add_style_tag(content=f"[{REPEATED}] {{ display: none !important; }}")
    found = _run(page, {"runOnly": {"type": "rule", "values": COLOR_RULES}}, within)
    hidden.evaluate("style => style.remove()")
    return found


def _run(page: Page, options: dict, within: str) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    call = "([within, options]) => axe.run({ include: within }, options)"
    found = page.evaluate(call, [within, options | {"resultTypes": ["violations"], "preload": False}])[
        "violations"
    ]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]
