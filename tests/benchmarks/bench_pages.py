"""Weight and first paint of every page of the site, served on this machine.

    python tests/benchmarks/bench_pages.py [FOLDER]     of a built site; default: docs/_build/site

First paint is what the browser reports, from the request to the first text or picture on the screen, in
a window of 1280 x 800 and with an empty cache; the least of five loads. Bytes are all that a page loads.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from built_pages import COURSE, first_visit, reading
from results import keep

NUM_LOADS = 5
KINDS = ("docs", "notebooks", "slides")


def main(folder: str = str(COURSE / "docs" / "_build" / "site")) -> None:
    pages = [page for kind in KINDS for page in Path(folder).glob(f"{kind}/*.html")]
    if not pages:
        raise SystemExit(f"no pages in {folder}; build them: python -m course.build site")
    with reading(Path(folder)) as reader:
        for page in sorted(pages):
            address = page.relative_to(folder).as_posix()
            visits = [first_visit(reader, address) for _ in range(NUM_LOADS)]
            first_paint = min(visit["paint"] for visit in visits)
            keep("pages", {"bytes": visits[0]["bytes"], "first_paint_ms": round(first_paint)}, row=address)


if __name__ == "__main__":
    main(*sys.argv[1:])
