"""Export a checkpoint, or the average of several, as one int8 ONNX file with its tokenizer.

    python export.py --work WORK --out EXPORT [--average WORK/average-5014.pt OTHER/average-2666.pt --weights 1 2]

The average of the weights that one training passes through generalises better than the last of them (Izmailov et al.
2018, "Averaging Weights Leads to Wider Optima and Better Generalization").

Word embeddings become int8 with a scale a row, matrices int8 with a scale a column and dynamic quantisation of what
they multiply. What enters the second matrix of a feed-forward block has single values thirty times the usual size,
which one scale for all would drown (measured: correlation of the relevance logit with float32 .985); those matrices
are stored as int8 in blocks and multiply in higher precision (.998, at a fifth more time). The folder's config.json
says what the runtime needs; `report.py` fits the numbers under "calibration".
"""

from __future__ import annotations

import argparse
import json
import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path

import onnx
import torch
from batches import BOS, EOS, MAX_QUESTION, PAD
from corpora import LABELS
from model import Reader, average
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from torch import Tensor, nn

MAX_LENGTH = 256
STRIDE = 64
MAX_ANSWER = 64
UNCALIBRATED = {"answerable": {"relevance": 1.0, "span": 0.0, "bias": 0.0}, "support_temperature": 1.0}


class Int8Embedding(nn.Module):
    """A table of int8 rows, each with its own scale."""

    def __init__(self, table: Tensor) -> None:
        super().__init__()
        scale = table.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        self.register_buffer("rows", (table / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids: Tensor) -> Tensor:
        """Return float32 vectors (…, width)."""
        return self.rows[ids].to(torch.float32) * self.scale[ids]


class Exported(nn.Module):
    """The graph of the file: as `Reader`, but every token may begin a span (the runtime looks at the text's only)."""

    def __init__(self, reader: Reader, quantised: bool = True) -> None:
        super().__init__()
        self.reader = reader
        self.words = reader.encoder.embeddings.word_embeddings
        if quantised:
            self.words = Int8Embedding(self.words.weight.detach())

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, ...]:
        """Return relevance (n,), start (n, t), end (n, t), entailment (n, 3)."""
        encoder = self.reader.encoder
        tables = encoder.embeddings
        states = self.words(input_ids) + tables.position_embeddings.weight[: input_ids.shape[1]]
        states = tables.LayerNorm(states + tables.token_type_embeddings.weight[0])
        bias = (1.0 - attention_mask[:, None, None, :].to(torch.float32)) * -1e4
        for layer in encoder.encoder.layer:
            states = _layer(layer, states, bias, encoder.config.num_attention_heads)
        weights = attention_mask.unsqueeze(-1).to(torch.float32)
        pooled = torch.cat([states[:, 0], (states * weights).sum(1) / weights.sum(1)], dim=-1)
        spans = self.reader.span(states)
        relevance = self.reader.relevance(pooled)[:, 0]
        return relevance, spans[..., 0], spans[..., 1], self.reader.entailment(pooled)


def _layer(layer: nn.Module, states: Tensor, bias: Tensor, heads: int) -> Tensor:
    """One BERT layer in plain operations, which trace to a graph with dynamic sizes."""
    own = layer.attention.self
    count, length, width = states.shape
    size = width // heads

    def split(projected: Tensor) -> Tensor:
        return projected.view(count, length, heads, size).transpose(1, 2)

    query, key, value = split(own.query(states)), split(own.key(states)), split(own.value(states))
    weights = torch.softmax(query @ key.transpose(2, 3) * size**-0.5 + bias, dim=-1)
    context = (weights @ value).transpose(1, 2).reshape(count, length, width)
    output = layer.attention.output
    states = output.LayerNorm(output.dense(context) + states)
    inner = nn.functional.gelu(layer.intermediate.dense(states))
    return layer.output.LayerNorm(layer.output.dense(inner) + states)


def load(work: Path, checkpoints: Sequence[Path] = (), weights: Sequence[float] = ()) -> Reader:
    """Load the weighted average of the checkpoints, or the last one of `train.py`, on the CPU."""
    reader = Reader.from_base(work / "base")
    paths = checkpoints or [work / "checkpoint.pt"]
    rest = reader.load_state_dict(average(paths, weights), strict=False)
    left = [k for k in rest.missing_keys if "word_embeddings" not in k]
    if left or rest.unexpected_keys:
        raise ValueError(f"the checkpoint does not fit the model: {left} {rest.unexpected_keys}")
    print(f"made of {', '.join(path.name for path in paths)}")
    return reader.eval()


def to_onnx(reader: Reader, path: Path, quantised: bool) -> None:
    """Write the graph, and check its outputs against `Reader` on two uneven rows."""
    graph = Exported(reader, quantised).eval()
    ids = torch.randint(4, 5000, (2, 48))
    mask = torch.ones_like(ids)
    mask[1, 30:] = 0
    names = ["relevance", "start", "end", "entailment"]
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        want, got = reader(ids, mask, mask), graph(ids, mask)
        worst = float((want.relevance - got[0]).abs().max())
        print(f"graph against model: largest difference {worst:.4f}")
        torch.onnx.export(
            graph,
            (ids, mask),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=names,
            dynamic_axes={n: {0: "n", 1: "t"} for n in ("input_ids", "attention_mask", "start", "end")}
            | {n: {0: "n"} for n in ("relevance", "entailment")},
            opset_version=17,
            dynamo=False,
        )


def quantise(source: Path, target: Path) -> None:
    """Write `source` with int8 matrices to `target`; the span head stays as it is."""
    graph = onnx.load(str(source))
    del graph.graph.value_info[:]  # stale shapes make the quantiser fail
    onnx.save(graph, str(source))
    shapes = {tensor.name: tuple(tensor.dims) for tensor in graph.graph.initializer}
    products = [n for n in graph.graph.node if n.op_type == "MatMul" and n.input[1] in shapes]
    second = [n.name for n in products if shapes[n.input[1]][0] > shapes[n.input[1]][1] > 2]
    span = [n.name for n in products if shapes[n.input[1]][1] == 2]
    quantize_dynamic(
        source,
        target,
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=[*second, *span],
    )
    blocks = MatMulNBitsQuantizer(
        onnx.load(str(target)), bits=8, block_size=128, is_symmetric=True, accuracy_level=4, nodes_to_exclude=span
    )
    blocks.process()
    blocks.model.save_model_to_file(str(target))


def main() -> None:
    """Write the export folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--average", type=Path, nargs="+", default=[], help="checkpoints; without it the last one")
    parser.add_argument("--weights", type=float, nargs="+", default=[], help="of the average; without them all alike")
    parser.add_argument("--float32", action="store_true", help="leave the weights as they are, to compare")
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    whole = args.out / "model.onnx" if args.float32 else args.out / "float.onnx"
    to_onnx(load(args.work, args.average, args.weights), whole, quantised=not args.float32)
    if not args.float32:
        quantise(whole, args.out / "model.onnx")
        whole.unlink()
    shutil.copy(args.work / "base" / "tokenizer.json", args.out / "tokenizer.json")
    config = {
        "architecture": "BERT cross-encoder, 12 layers, 384 wide, from multilingual-e5-small",
        "input": "<s> question </s></s> passage </s>",
        "outputs": ["relevance", "start", "end", "entailment"],
        "labels": list(LABELS),
        "max_length": MAX_LENGTH,
        "max_question": MAX_QUESTION,
        "stride": STRIDE,
        "max_answer": MAX_ANSWER,
        "special_tokens": {"bos": BOS, "pad": PAD, "eos": EOS},
        "calibration": UNCALIBRATED,
    }
    (args.out / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    for file in sorted(args.out.iterdir()):
        print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
