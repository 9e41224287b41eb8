"""A nbgrader course in a folder of its own, driven through nbgrader's programming interface."""

import copy
import csv
import os
import shutil
import sys
from pathlib import Path

import nbformat
from assignment_answers import ASSIGNMENTS, SOURCES
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeFetchAssignment, ExchangeFetchFeedback, ExchangeSubmit
from traitlets.utils.importstring import import_item


class Course:
    """The lecturer's folder, the exchange, and a home for each student."""

    def __init__(self, folder: Path, names: list[str], cell_timeout: int = 60, memory_gib: int = 8):
        # nbgrader starts alembic by its bare name.
        os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.root, self.homes = folder / "course", folder / "homes"
        for source in SOURCES:
            if source.parent.name in names:
                shutil.copytree(source.parent, self.root / "source" / source.parent.name)
        (folder / "exchange").mkdir()
        self.config = CourseDirectory().config
        config_file = (ASSIGNMENTS / "nbgrader_config.py").read_text(encoding="utf-8")
        exec(config_file, {"get_config": lambda: self.config})
        self.config.CourseDirectory.root = str(self.root)
        self.config.CourseDirectory.db_url = f"sqlite:///{self.root / 'gradebook.db'}"
        self.config.Exchange.root = str(folder / "exchange")
        self.config.Exchange.cache = str(folder / "cache")
        self.config.GradeApart.cell_seconds = cell_timeout
        self.config.GradeApart.memory_bytes = memory_gib * 2**30
        self.api = NbGraderAPI(config=self.config)

    def release(self, name: str) -> nbformat.NotebookNode:
        """Derive the student version, put it into the exchange, and return it; only once."""
        if (self.root / "release" / name).is_dir():
            return nbformat.read(self.released(name), as_version=4)
        for step in (self.api.generate_assignment, self.api.release_assignment):
            result = step(name)
            assert result["success"], result["log"]
        return nbformat.read(self.released(name), as_version=4)

    def released(self, name: str) -> Path:
        """Return the path of the student version."""
        return next((self.root / "release" / name).glob("*.ipynb"))

    def _exchange(self, action: type, name: str, student: str, **options) -> None:
        config = copy.deepcopy(self.config)
        config.Exchange.assignment_dir = str(self.homes / student)
        # In it lies what a student has submitted, and so whose feedback is fetched.
        config.Exchange.cache = str(self.homes / student / ".cache")
        config.CourseDirectory.student_id = student
        config.CourseDirectory.assignment_id = name
        coursedir = CourseDirectory(config=config)
        action(coursedir=coursedir, authenticator=self.api.authenticator, config=config).start()

    def fetch(self, name: str, student: str) -> Path:
        """Fetch an assignment as a student does, and return the path of the notebook."""
        (self.homes / student).mkdir(parents=True, exist_ok=True)
        self._exchange(ExchangeFetchAssignment, name, student)
        return self.homes / student / name / self.released(name).name

    def submit(self, name: str, student: str) -> None:
        """Submit what lies in the student's folder; nbgrader's ExchangeError says why it will not."""
        self._exchange(ExchangeSubmit, name, student)

    def fetch_feedback(self, name: str, student: str) -> list[Path]:
        """Fetch the feedback as a student does, and return its pages."""
        self._exchange(ExchangeFetchFeedback, name, student)
        return sorted((self.homes / student / name / "feedback").glob("*/*.html"))

    def turn_in(self, name: str, student: str, notebook: nbformat.NotebookNode) -> None:
        """Fetch, replace the notebook, submit."""
        nbformat.write(notebook, self.fetch(name, student))
        self.submit(name, student)

    def put(self, name: str, student: str, notebook: nbformat.NotebookNode) -> Path:
        """Put a notebook where `collect` would, as without a shared folder, and return its path."""
        place = self.root / "submitted" / student / name / self.released(name).name
        place.parent.mkdir(parents=True)
        nbformat.write(notebook, place)
        return place

    def feedback(self, name: str, student: str) -> Path:
        """Return the page with the feedback for a student."""
        return next((self.root / "feedback" / student / name).glob("*.html"))

    def submitted(self, name: str) -> dict[str, Path]:
        """Return the collected notebook of each student."""
        found = (self.root / "submitted").glob(f"*/{name}/*.ipynb")
        return {path.parts[-3]: path for path in sorted(found)}

    def scores(self, name: str, student: str) -> dict[str, float]:
        """Return the points of each check."""
        with self.api.gradebook as gradebook:
            notebook = gradebook.find_submission(name, student).notebooks[0]
            return {grade.name.removesuffix("-check"): grade.score for grade in notebook.grades}

    def export(self) -> list[dict[str, str]]:
        """Export all grades and return the rows of the file."""
        path = self.root / "grades.csv"
        with self.api.gradebook as gradebook:
            plugin = import_item(self.config.ExportApp.plugin_class)
            plugin(to=str(path), config=self.config).export(gradebook)
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
