"""Export questions for other programs: python -m course.question_export FILE [SOURCE ...]

FILE.zip is a package of QTI 2.1 for learning platforms, FILE.txt a list of cards for Anki. Sources are
notebooks or Markdown files; without one, all chapters and docs/before_and_after.md. What is there already
under that name is replaced.
"""

import argparse
import sys
from pathlib import Path

from course.question_export import anki, qti
from course.question_export.items import items, usual_sources


def main(arguments: list[str] | None = None) -> int:
    """Write the file that the command line names; return 0, or 2 with a message on stderr."""
    parser = argparse.ArgumentParser(prog="python -m course.question_export", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="with the ending .zip or .txt")
    parser.add_argument("sources", type=Path, nargs="*", metavar="SOURCE")
    chosen = parser.parse_args(arguments)
    write = {".zip": qti.write, ".txt": anki.write}.get(chosen.file.suffix)
    try:
        if write is None:
            raise ValueError(f"{chosen.file} should end with .zip, for QTI, or with .txt, for Anki.")
        found = list(items(chosen.sources or usual_sources()))
        if not found:
            raise ValueError("There is no question in these files.")
        write(found, chosen.file)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{len(found)} questions: {chosen.file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
