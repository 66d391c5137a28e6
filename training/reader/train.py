"""Train the reader; stop it at any time and start it again with the same command.

    python train.py --data DATA --work WORK --minutes 90

The learning rate falls to zero as the time runs out, whatever the speed. Checkpoints are written atomically to
WORK/checkpoint.pt. Where a run ends, its weights stay as WORK/step-N.pt and the running average of all its steps as
WORK/average-N.pt, for `export.py --average`. With `--start` a new WORK goes on from weights of another.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import torch
from augment import Rewriter, informal_words
from batches import IGNORE, Batch, Encoded, Row, Sampler, collate, encode
from corpora import indonli, own_questions, training_questions
from model import Outputs, Reader, average
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

WARM_UP = 150
CHUNK_TOKENS = 2400
SHARES = 4
# The average of the weights looks back over about a thousand steps: it takes in every fifth with a share of .005.
AVERAGE_EVERY, AVERAGE_DECAY = 5, 0.995


def losses(out: Outputs, batch: Batch) -> dict[str, Tensor]:
    """Return the four losses of the rows of one step (those without rows are zero)."""
    judged = batch.answerable != IGNORE
    binary = functional.binary_cross_entropy_with_logits(
        out.relevance[judged], batch.answerable[judged].float(), weight=batch.weight[judged]
    )
    ranked = []
    for group in batch.group.unique():
        if group < 0:
            continue
        members = batch.group == group
        ranked.append(-functional.log_softmax(out.relevance[members], 0)[batch.answerable[members].argmax()])
    ranking = torch.stack(ranked).mean() if ranked else binary.new_zeros(())
    # A span row counts fully where the answer is there, and a third where the right place is "not here".
    place = torch.where(batch.start == IGNORE, IGNORE, batch.start * out.start.shape[1] + batch.end)
    missed = functional.cross_entropy(_spans(out).flatten(1), place, reduction="none", ignore_index=IGNORE)
    share = torch.where(batch.start > 0, 1.0, 0.33) * (batch.start != IGNORE)
    span = (missed / 2 * share).sum() / share.sum().clamp(min=1)
    pairs = batch.label != IGNORE
    entailment = functional.cross_entropy(out.entailment[pairs], batch.label[pairs]) if pairs.any() else binary * 0
    return {"binary": binary, "ranking": ranking, "span": span, "entailment": entailment}


def _spans(out: Outputs) -> Tensor:
    """Return the logits (n, t, t) of all spans, (0, 0) for "not here": one softmax weighs whole spans."""
    table = out.start.unsqueeze(2) + out.end.unsqueeze(1)
    possible = torch.ones_like(table, dtype=torch.bool).triu()
    possible[:, 0, 1:] = False
    return table.masked_fill(~possible, -1e4)


def forward(model: Reader, rows: list[Encoded], device: torch.device) -> tuple[Outputs, Batch]:
    """Run rows of like length together (less padding) and join what comes out in one batch."""
    rows = sorted(rows, key=lambda r: len(r.ids))
    chunks: list[list[Encoded]] = [[]]
    for row in rows:
        if chunks[-1] and (len(chunks[-1]) + 1) * len(row.ids) > CHUNK_TOKENS:
            chunks.append([])
        chunks[-1].append(row)
    batches = [collate(chunk).to(device) for chunk in chunks]
    parts = [model(b.input_ids, b.attention_mask, b.passage_mask) for b in batches]
    width = max(b.input_ids.shape[1] for b in batches)

    def wide(name: str, value: float) -> Tensor:
        return torch.cat([functional.pad(getattr(p, name), (0, width - p.start.shape[1]), value=value) for p in parts])

    out = Outputs(
        torch.cat([p.relevance for p in parts]),
        wide("start", -1e4),
        wide("end", -1e4),
        torch.cat([p.entailment for p in parts]),
    )
    joined = {
        name: torch.cat([getattr(b, name) for b in batches])
        for name in ("start", "end", "answerable", "weight", "group", "label")
    }
    empty = torch.empty(0)
    return out, Batch(input_ids=empty, attention_mask=empty, passage_mask=empty, **joined)


def split(rows: list[Row], count: int) -> list[list[Row]]:
    """Deal rows into `count` shares of work, the rows of a group into the same one.

    Threads that take shares as they come and meet once a step bear a busy machine far better than threads that
    meet in every matrix product.
    """
    shares: list[list[Row]] = [[] for _ in range(count)]
    dealt = 0
    for row in rows:
        dealt += row.group < 0
        shares[(row.group if row.group >= 0 else dealt) % count].append(row)
    return [s for s in shares if s]


def backward(model: Reader, rows: list[Encoded], device: torch.device, scale: float) -> dict[str, float]:
    """Add the gradients of these rows, and return their losses."""
    with torch.autocast(device.type, torch.bfloat16, cache_enabled=False):
        out, batch = forward(model, rows, device)
        parts = losses(out, batch)
    (sum(parts.values()) * scale).backward()
    return {name: float(value.detach()) for name, value in parts.items()}


def mean_losses(parts: list[dict[str, float]]) -> dict[str, float]:
    """Average the losses of the threads."""
    return {name: sum(p[name] for p in parts) / len(parts) for name in parts[0]}


def optimizer_for(model: Reader, rate: float) -> torch.optim.AdamW:
    """AdamW with five times the rate for the fresh heads; no decay of biases and norms."""
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            groups.setdefault((name.startswith("encoder."), parameter.ndim > 1), []).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": p, "peak": rate * (1 if inner else 5), "lr": 0.0, "weight_decay": 0.01 if matrix else 0.0}
            for (inner, matrix), p in groups.items()
        ],
        betas=(0.9, 0.98),
        fused=True,
    )


def save(path: Path, **state: object) -> None:
    """Write a checkpoint so that a kill leaves the old or the new one."""
    torch.save(state, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def trained_state(model: Reader) -> dict[str, Tensor]:
    """Everything but the frozen word embeddings."""
    return {k: v for k, v in model.state_dict().items() if "word_embeddings" not in k}


def main() -> None:
    """Train until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=90, help="training time, over all restarts")
    parser.add_argument("--until", type=dt.datetime.fromisoformat, help="end at this wall-clock time instead")
    parser.add_argument("--rate", type=float, default=1.2e-4)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--start", type=Path, nargs="+", default=[], help="weights to begin with, or their average")
    parser.add_argument("--freeze", type=int, default=0, help="lower layers to leave alone from now on; saves time")
    parser.add_argument("--save-minutes", type=float, default=4)
    args = parser.parse_args()
    pool = ThreadPoolExecutor(args.threads, initializer=torch.set_num_threads, initargs=(1,))
    device = torch.device(args.device)

    checkpoint = args.work / "checkpoint.pt"
    torch.manual_seed(args.seed)
    model = Reader.from_base(args.work / "base").to(device).train()
    optimizer = optimizer_for(model, args.rate)
    step, before = 0, 0.0
    state: dict[str, Any] = {}
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        model.load_state_dict(state["model"], strict=False)
        optimizer.load_state_dict(state["optimizer"])
        step, before = state["step"], state["seconds"]
        print(f"going on at step {step}", flush=True)
    elif args.start:
        model.load_state_dict(average(args.start), strict=False)
    averaged = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(AVERAGE_DECAY))
    averaged.update_parameters(model)  # the first call copies, the later ones average
    averaged.module.load_state_dict(state.get("average", {}), strict=False)
    for part in (model.encoder.embeddings, *model.encoder.encoder.layer[: args.freeze]) if args.freeze else ():
        part.requires_grad_(False)
    rng = random.Random(args.seed + step)
    tokenizer = Tokenizer.from_file(str(args.work / "base" / "tokenizer.json"))
    sampler = Sampler(
        training_questions(args.data),
        indonli(args.data / "indonli" / "train.jsonl"),
        json.loads((args.work / "negatives.json").read_text(encoding="utf-8")),
        Rewriter(informal_words(args.data / "stif_informal_formal" / "train.jsonl"), rng),
        rng,
        own_questions(args.data),
    )
    begun = saved = time.time()
    budget = args.until.timestamp() - begun + before if args.until else args.minutes * 60
    means: dict[str, float] = {}
    seen = 0

    def now(seconds: float) -> dict[str, Any]:
        states = {"model": trained_state(model), "average": trained_state(averaged.module)}
        return {**states, "optimizer": optimizer.state_dict(), "step": step, "seconds": seconds}

    for rows in sampler:
        seconds = before + time.time() - begun
        if seconds >= budget:
            break
        factor = min(1.0, (step + 1) / WARM_UP) * max(0.0, 1 - seconds / budget)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        shares = split(rows, SHARES)
        work = partial(backward, model, device=device, scale=1 / len(shares))
        parts = mean_losses(list(pool.map(work, (encode(share, tokenizer, rng) for share in shares))))
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        if step % AVERAGE_EVERY == 0:
            averaged.update_parameters(model)
        seen += len(rows)
        for name, value in parts.items():
            means[name] = 0.98 * means.get(name, value) + 0.02 * value
        if step % 50 == 0:
            speed = seen / (time.time() - begun)
            text = " ".join(f"{k} {v:.3f}" for k, v in means.items())
            print(f"{seconds / 60:6.1f} min step {step} rate {factor:.2f} {speed:.1f} rows/s {text}", flush=True)
        if time.time() - saved > args.save_minutes * 60:
            saved = time.time()
            save(checkpoint, **now(seconds))
    save(checkpoint, **now(budget))
    save(args.work / f"step-{step}.pt", model=trained_state(model), step=step)
    save(args.work / f"average-{step}.pt", model=trained_state(averaged.module), step=step)
    print(f"done after {step} steps", flush=True)


if __name__ == "__main__":
    main()
