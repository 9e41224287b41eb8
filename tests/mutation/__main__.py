"""A trial of the tests: small faults are planted in a copy of the code, and the tests have to find them.

    .venv/bin/python tests/mutation --seed 18 --count 40

The rooms take turns, and the seed draws a place in each. `results/seed_18.json` holds the outcome of each
fault; a trial that is cut goes on with those that have none. Two faults are tried at a time.
"""

import argparse
import json
import queue
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from mutants import Mutant, draw
from tqdm import tqdm
from trial import Trial

ROOT = Path(__file__).parents[2]
RESULTS = Path(__file__).parent / "results"
WORKERS = 2


def main() -> None:
    """Draw the faults, try each that has no result yet, and keep the results as they come."""
    parser = argparse.ArgumentParser(prog="python tests/mutation", description=__doc__)
    parser.add_argument("--seed", type=int, default=18)
    parser.add_argument("--count", type=int, default=40)
    options = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"seed_{options.seed}.json"
    results = json.loads(path.read_text()) if path.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        sound = _copy(Path(folder) / "sound")
        free: queue.Queue[Trial] = queue.Queue()
        for number in range(WORKERS):
            free.put(Trial(_copy(Path(folder) / f"faulty-{number}"), sound))
        mutants = draw(sound, options.seed, options.count)
        waiting = [mutant for mutant in mutants if _name(mutant) not in results]
        with ThreadPoolExecutor(WORKERS) as pool:
            tried = [pool.submit(_try, mutant, free) for mutant in waiting]
            for done in tqdm(as_completed(tried), total=len(tried), unit="fault"):
                results |= done.result()
                path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    caught = sum(bool(result["found by"]) for result in results.values())
    print(f"{caught} of {len(results)} faults are found by the tests; {path.relative_to(ROOT)} lists them.")


def _try(mutant: Mutant, free: "queue.Queue[Trial]") -> dict[str, dict]:
    trial = free.get()
    try:
        found, tests = trial.outcome(mutant)
    finally:
        free.put(trial)
    return {_name(mutant): {"found by": found or None, "files asked": len(tests)}}


def _name(mutant: Mutant) -> str:
    return f"{mutant.file}:{mutant.line} {mutant.function}: {mutant.before!r} -> {mutant.text!r}"


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
