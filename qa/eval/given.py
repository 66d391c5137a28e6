"""Answers as other systems give them, in the form of this program's answer line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from index.errors import TanyaError
from qa.eval.questions import EvalQuestion
from qa.eval.refusals import opens_with_refusal
from qa.eval.rows import json_rows
from qa.eval.support import marks

_ANSWER = ("answer", "response", "actual_output", "jawaban")
_QUESTION = ("question", "user_input", "input", "pertanyaan")
_PASSAGES = ("passages", "retrieved_contexts", "retrieval_context", "contexts")
_CITATIONS = ("citations", "sources")
_TEXT = ("text", "quote", "page_content", "content", "snippet")
_SOURCE = ("source", "file", "document", "title", "url")


def load_answers(path: Path, questions: Sequence[EvalQuestion]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Read a system's answers (JSONL or a JSON list), by question id: our names, Ragas' or DeepEval's.

    A line without an id, or with one that no question has, belongs to the question with its text. Where id and text
    are of two questions, the text decides: ids are counted from 0 here and from 1 there, texts are not. A question's
    first answer stays. Returns the answers, and sentences about lines that cannot be used or whose id did not count.

    Raises:
        TanyaError: the file cannot be read, or no line belongs to a question.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TanyaError(f"Berkas jawaban {path} tidak dapat dibaca ({error}); beri JSONL UTF-8.") from error
    ids = {question.id for question in questions}
    with_text: dict[str, list[str]] = {}
    for question in questions:
        with_text.setdefault(_plain(question.question), []).append(question.id)
    found: dict[str, dict[str, Any]] = {}
    wrong, by_text = [], []
    for place, row in json_rows(text):
        try:
            if not isinstance(row, dict):
                raise ValueError("bukan objek JSON")
            given = str(row.get("id"))
            same = with_text.get(_plain(str(_first(row, _QUESTION) or "")), [])
            key = given if given in ids and (given in same or not same) else _only(same)
            if key in found:
                raise ValueError(f"soal {key} sudah punya jawaban di baris sebelumnya")
            found[key] = answer_line(row)
        except (ValueError, TypeError) as error:
            wrong.append(f"{path.name} {place}: {error}; baris ini dilewati.")
            continue
        if key != given and given in ids:
            by_text.append(f"{place} (id {given}, teks soal {key})")
    if by_text:
        wrong.append(
            f"{path.name}: {len(by_text)} baris memuat id satu soal dan teks soal lain, mulai {by_text[0]}; teksnya "
            "yang dipakai. Periksa apakah id di kedua berkas sama."
        )
    if not found:
        reason = wrong[0] if wrong else "Berkasnya kosong."
        raise TanyaError(f"Tidak ada jawaban yang dapat dipakai di {path}. {reason}")
    return found, wrong


def _only(ids: Sequence[str]) -> str:
    """Return the one question that has a line's text.

    Raises:
        ValueError: there is none, or there are several.
    """
    if not ids:
        raise ValueError("tidak cocok dengan soal mana pun")
    if len(ids) > 1:
        raise ValueError(f"pertanyaannya ada di {len(ids)} soal ({', '.join(ids)}); tulis id salah satunya")
    return ids[0]


def own_answers(questions: Sequence[EvalQuestion]) -> dict[str, dict[str, Any]]:
    """Return the answers that the question file itself brings, by question id."""
    rows = ((q.id, {"answer": q.response, "contexts": list(q.contexts)}) for q in questions if q.response is not None)
    return {key: answer_line(row) for key, row in rows}


def answer_line(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return `row` with `answer`, `passages` [{text}] and `citations` [{number, quote, source}].

    A [n] of an answer without citations means the nth retrieved passage. Where `abstained` is not said, an answer
    without citations counts as abstained when it is empty or opens with a refusal.

    Raises:
        ValueError: there is no answer in it.
    """
    text = _first(row, _ANSWER)
    if text is None and not row.get("abstained"):
        raise ValueError("tidak ada jawaban (answer, response, atau actual_output)")
    passages = [_passage(value, number) for number, value in enumerate(_list(_first(row, _PASSAGES)), 1)]
    citations = [_passage(value, number) for number, value in enumerate(_list(_first(row, _CITATIONS)), 1)]
    if not citations:
        citations = [passages[n - 1] for n in sorted(set(marks(str(text)))) if 0 < n <= len(passages)]
    given = row.get("abstained")
    refuses = not citations and opens_with_refusal(str(text))
    return {
        **row,
        "answer": str(text or ""),
        "abstained": refuses if given is None else bool(given),
        "passages": [{**passage, "text": passage["quote"]} for passage in passages],
        "citations": citations,
    }


def _passage(value: object, number: int) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {"number": number, "quote": str(value), "source": ""}
    given = str(value.get("number"))
    return {
        **value,
        "number": int(given) if given.isdigit() else number,
        "quote": str(_first(value, ("quote", *_TEXT)) or ""),
        "source": str(_first(value, _SOURCE) or ""),
    }


def _first(row: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _plain(question: str) -> str:
    return " ".join(question.casefold().split())
