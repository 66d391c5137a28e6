"""Markdown as pieces of plain text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from index.blocks import Content, Piece
from index.decoding import decode
from index.markup import MARKERS, is_bold_heading, page_pieces, parse

# What stands between the marks of front matter: "key: value", what belongs to the key above, comments, empty lines.
_FACT = re.compile(r"[\w.-]+(?: [\w.-]+){0,2}:(?:\s|$)")
_BREAK = re.compile(r"<br\b", re.IGNORECASE)
_DETAIL = re.compile(r"\s+\S|-\s|#|[\]}]\s*$|\s*$")


def read_markdown(data: bytes, source: str) -> Content:
    """Read Markdown as plain text, without the marks of emphasis and links; its front matter gives facts."""
    text = decode(data, source)
    header = re.match(r"---\n(.{0,5000}?)\n(?:---|\.\.\.)[ \t]*\n", text, re.DOTALL)
    if header and not _is_front_matter(header.group(1)):
        header = None
    facts = _facts(header.group(1)) if header else {}
    text = text[header.end() :] if header else text
    tree = SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(text))
    return Content(
        tuple(_markdown(tree, 0, "")),
        facts.get("title") or facts.get("judul", ""),
        facts.get("author") or facts.get("penulis", ""),
        facts.get("date") or facts.get("tanggal", ""),
    )


def _is_front_matter(header: str) -> bool:
    """Tell front matter from a section between two rules: where it has empty lines, it begins with a key."""
    lines = header.split("\n")
    facts = [line for line in lines if _FACT.match(line)]
    begins = _FACT.match(lines[0]) or all(line.strip() for line in lines)
    return bool(facts and begins) and all(_FACT.match(line) or _DETAIL.match(line) for line in lines)


def _facts(header: str) -> dict[str, str]:
    lines = (line.partition(":") for line in header.split("\n"))
    return {name.strip().lower(): value.strip().strip("\"'[]") for name, colon, value in lines if colon}


def _markdown(node: SyntaxTreeNode, depth: int, marker: str) -> Iterator[Piece]:
    for child in node.children:
        if child.type == "heading":
            yield Piece("heading", _plain(child).replace("\n", " "), level=int(child.tag[1]))
        elif child.type == "paragraph":
            yield _markdown_paragraph(child, depth, marker)
            marker = ""
        elif child.type in ("bullet_list", "ordered_list"):
            first = int(child.attrs.get("start", 1)) if child.type == "ordered_list" else 0
            for number, item in enumerate(child.children, first):
                yield from _markdown(item, depth + 1, f"{number}. " if first else MARKERS[min(depth, 2)])
        elif child.type == "table":
            for row in (row for part in child.children for row in part.children):
                yield Piece("table", " | ".join(_plain(cell).replace("\n", " ") for cell in row.children))
        elif child.type in ("fence", "code_block"):
            yield Piece("paragraph", child.content.strip("\n"))
        elif child.type == "html_block":
            page = parse(child.content)
            yield from page_pieces(page) if page is not None else ()
        elif child.children:
            yield from _markdown(child, depth, marker)


def _markdown_paragraph(node: SyntaxTreeNode, depth: int, marker: str) -> Piece:
    text = _plain(node)
    inline = [part for part in node.children[0].children if part.content or part.children]
    bold = len(inline) == 1 and inline[0].type == "strong"
    if bold and not depth and is_bold_heading(text):
        return Piece("heading", text, level=6)
    return Piece("item" if depth else "paragraph", marker + text, level=depth)


def _plain(node: SyntaxTreeNode) -> str:
    parts: list[str] = []
    for part in node.walk():
        if part.type in ("text", "code_inline"):
            parts.append(part.content)
        elif part.type == "softbreak":
            parts.append(" ")
        elif part.type == "hardbreak" or (part.type == "html_inline" and _BREAK.match(part.content)):
            parts.append("\n")
    return "\n".join(" ".join(line.split()) for line in "".join(parts).split("\n")).strip()
