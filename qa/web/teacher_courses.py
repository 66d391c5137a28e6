"""The courses that a teacher sees: those that are served, and folders of the corpus that have no index yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fastapi import HTTPException

from index.course import Course, course_folders, read_course
from index.embeddings import SentenceEmbeddings
from index.errors import TanyaError
from qa.pipeline import Pipeline
from qa.settings import Settings
from qa.web.courses import Courses

UNKNOWN = "Mata kuliah '{name}' tidak ada."


@dataclass(frozen=True)
class TeacherCourse:
    """A course and where its files lie; `pipeline` is None while it has no index."""

    name: str
    title: str
    folder: Path
    pipeline: Pipeline | None


class TeacherCourses:
    """Finds courses by name, and the embeddings that they share."""

    def __init__(self, settings: Settings, served: Courses) -> None:
        self._settings = settings
        self._served = served

    def all(self) -> list[TeacherCourse]:
        """Return the courses by their titles; with the setting `course`, that one only."""
        found = {pipeline.course.name: _of(pipeline) for pipeline in self._served.all()}
        for folder in self._folders():
            course = _read(folder)
            if self._settings.course in ("", course.name):
                found.setdefault(course.name, course)
        return sorted(found.values(), key=lambda course: course.title.casefold())

    def get(self, name: str) -> TeacherCourse:
        """Return a course.

        Raises:
            HTTPException: 404, there is none of that name.
        """
        try:
            return _of(self._served.pipeline(name))
        except KeyError:  # not served: without an index, or unknown
            for course in self.all():
                if course.name == name:
                    return course
        raise HTTPException(404, UNKNOWN.format(name=name))

    @property
    def embeddings(self) -> SentenceEmbeddings:
        return self._served.loaded(self._served.names()[0]).index.retriever.embedding

    def _folders(self) -> list[Path]:
        """Return the course folders; a corpus that is gone has none, and its courses stay served."""
        try:
            return course_folders(self._settings.corpus)
        except TanyaError:
            return []


def _of(pipeline: Pipeline) -> TeacherCourse:
    return TeacherCourse(pipeline.course.name, pipeline.course.title, Path(pipeline.index.folder), pipeline)


def _read(folder: Path) -> TeacherCourse:
    """Read a course that is not served; a damaged course.toml is told when it is indexed."""
    try:
        course = read_course(folder)
        return TeacherCourse(course.name, course.title, folder, None)
    except TanyaError:
        return TeacherCourse(Course.name_of(folder), folder.name, folder, None)
