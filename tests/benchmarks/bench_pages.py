"""Weight and first paint of every page of the site, served on this machine.

    python tests/benchmarks/bench_pages.py [FOLDER]     of a built site; default: docs/_build/site

First paint is what the browser reports, from the request to the first text or picture on the screen, in
a window of 1280 x 800 and with an empty cache; the least of five loads. Bytes are all that a page loads.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from built_pages import COURSE, reading
from results import keep

NUM_LOADS = 5
MEASURE = """() => ({
  paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null,
  bytes: [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .reduce((sum, entry) => sum + entry.encodedBodySize, 0),
})"""


def main(folder: str = str(COURSE / "docs" / "_build" / "site")) -> None:
    pages = [*Path(folder).glob("notebooks/*.html"), *Path(folder).glob("docs/*.html")]
    if not pages:
        raise SystemExit(f"no pages in {folder}; build them: python -m docs.build site")
    with reading(Path(folder)) as reader:
        for page in sorted(pages):
            address = f"{reader.address}/{page.relative_to(folder).as_posix()}"
            loads = [load(reader.page, address) for _ in range(NUM_LOADS)]
            first_paint = min(found["paint"] for found in loads)
            measured = {"bytes": loads[0]["bytes"], "first_paint_ms": round(first_paint)}
            keep("pages", measured, row=page.relative_to(folder).as_posix())


def load(page, address: str) -> dict[str, float]:
    """Load a page without what is cached; return its first paint in milliseconds, and its bytes."""
    session = page.context.new_cdp_session(page)
    session.send("Network.clearBrowserCache")
    page.goto(address, wait_until="networkidle")
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
    return page.evaluate(MEASURE)


if __name__ == "__main__":
    main(*sys.argv[1:])
