"""The courses that are served, each over the version of its index that is in use; all share the models."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from copy import copy

from index.build import courses as indexed_courses
from index.build import load
from index.errors import TanyaError
from index.versions import current
from qa.pipeline import Pipeline, load_pipeline
from qa.settings import Settings

logger = logging.getLogger(__name__)


class Courses:
    """Finds the pipeline of a course by name, and loads a new version of its index when one was built.

    A pipeline that was handed out keeps its index, so answers in flight are not disturbed. With `grows`, courses
    that get an index later are served too. Safe from several threads.
    """

    def __init__(self, pipelines: Iterable[Pipeline], *, grows: bool = False) -> None:
        self._pipelines = {pipeline.course.name: pipeline for pipeline in pipelines}
        self._grows = grows
        self._loading = threading.Lock()

    def names(self) -> list[str]:
        """Return the names of the courses, in the order in which they were given, new ones behind them."""
        known = list(self._pipelines)
        if not self._grows or not known:
            return known
        found = indexed_courses(self._pipelines[known[0]].settings.index)
        return known + [name for name in found if name not in self._pipelines]

    def only(self) -> str:
        """Return the name of the course where there is just one, else ""."""
        names = self.names()
        return names[0] if len(names) == 1 else ""

    def pipeline(self, name: str) -> Pipeline:
        """Return the pipeline over the version in use, which may take a second to load; KeyError for an unknown one."""
        if self._is_old(name):
            with self._loading:
                if self._is_old(name):
                    self._renew(name)
        return self._pipelines[name]

    def loaded(self, name: str) -> Pipeline:
        """Return the pipeline as it was last handed out, without a look at the disk; KeyError for an unknown one."""
        return self._pipelines.get(name) or self.pipeline(name)

    def all(self) -> list[Pipeline]:
        """Return the pipelines of all courses; one whose index cannot be loaded is left out."""
        found = []
        for name in self.names():
            try:
                found.append(self.pipeline(name))
            except KeyError:
                continue
        return found

    def _is_old(self, name: str) -> bool:
        pipeline = self._pipelines.get(name)
        if pipeline is None:
            return self._grows and name in self.names()
        try:
            return current(pipeline.settings.index / name).name != pipeline.index.version
        except TanyaError:  # the index was removed: what is loaded still answers
            return False

    def _renew(self, name: str) -> None:
        """Load the version in use; one that cannot be loaded leaves the old one in place, and the log says why."""
        old = self._pipelines.get(name) or next(iter(self._pipelines.values()))
        try:
            new = _over(old, name)
        except TanyaError as error:
            logger.warning("%s", error)
            return
        self._pipelines = {**self._pipelines, name: new}


def load_courses(settings: Settings) -> Courses:
    """Load the models once and the index of every course, or of the one that the settings name.

    Raises:
        TanyaError: an index is missing or does not fit, or a model cannot be loaded.
    """
    names = [settings.course] if settings.course else indexed_courses(settings.index)
    first = load_pipeline(settings.model_copy(update={"course": names[0] if names else ""}))
    first.settings = settings
    return Courses([first, *(_over(first, name) for name in names[1:])], grows=not settings.course)


def _over(pipeline: Pipeline, name: str) -> Pipeline:
    """Return a pipeline with the same models over the index in use of a course."""
    new = copy(pipeline)
    new.index = load(pipeline.settings.index, pipeline.index.retriever.embedding, name)
    new.course = new.index.course
    return new
