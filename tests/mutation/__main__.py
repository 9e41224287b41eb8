"""A trial of the tests: small faults are planted in a copy of the code, and the tests have to find them.

    .venv/bin/python tests/mutation --seed 18 --count 40

The rooms take turns, and the seed draws a place in each. `results/seed_18.json` holds the outcome of each
fault; a trial that is cut goes on with the next one.
"""

import argparse
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from mutants import draw
from tqdm import tqdm
from trial import outcome

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results"


def main() -> None:
    """Draw the faults, try each that has no result yet, and keep the results as they come."""
    parser = argparse.ArgumentParser(prog="python tests/mutation", description=__doc__)
    parser.add_argument("--seed", type=int, default=18)
    parser.add_argument("--count", type=int, default=40)
    options = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"seed_{options.seed}.json"
    results = json.loads(path.read_text()) if path.exists() else []
    with tempfile.TemporaryDirectory() as folder:
        tree = _copy(Path(folder) / "course")
        for mutant in tqdm(draw(tree, options.seed, options.count)[len(results) :], unit="fault"):
            found, tests = outcome(tree, mutant)
            change = f"{mutant.before!r} -> {mutant.text!r}"
            place = f"{mutant.file}:{mutant.line} {mutant.function}"
            results.append({"place": place, "change": change, "found by": found or None, "asked": len(tests)})
            path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    caught = sum(bool(result["found by"]) for result in results)
    print(f"{caught} of {len(results)} faults are found by the tests; {path.relative_to(ROOT)} lists them.")


def _copy(tree: Path) -> Path:
    """Copy what git tracks, as it stands now."""
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in filter(None, files.decode().split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)
    return tree


if __name__ == "__main__":
    main()
