"""Teach the bundled generator to answer from passages: a LoRA adapter; stop and go on at any time.

    python train.py --data DATA --work WORK --minutes 60

The loss covers the answer only. The learning rate falls to zero as the time runs out, whatever the speed.
Checkpoints (the adapter and the optimiser's state) are written atomically to WORK/adapter.pt.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import torch
from examples import Example, kinds, training_examples
from peft import LoraConfig, PeftModel, get_peft_model
from torch import Tensor
from torch.nn import functional
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerBase

TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
WARM_UP = 30
LONGEST = 700  # tokens of prompt and answer


def encoded(example: Example, tokenizer: PreTrainedTokenizerBase) -> tuple[list[int], int]:
    """Return the token ids, with <bos> and <eos>, and how many of them are the prompt."""
    prompt = tokenizer(example.prompt).input_ids
    answer = tokenizer(example.answer, add_special_tokens=False).input_ids
    return [*prompt, *answer, tokenizer.eos_token_id], len(prompt)


def answer_loss(model: PeftModel, ids: list[int], prompt: int) -> Tensor:
    """Mean cross-entropy of the answer's tokens; logits are made for those alone (the vocabulary is 262k wide)."""
    tokens = torch.tensor([ids])
    inner = model.get_base_model()
    states = inner.model(input_ids=tokens[:, :-1], use_cache=False).last_hidden_state[0, prompt - 1 :]
    logits = inner.lm_head(states)
    return functional.cross_entropy(logits.float(), tokens[0, prompt:])


def shares(batch: list[tuple[list[int], int]], weigh: str) -> list[float]:
    """Share of each example's mean loss in the step's; they add up to one.

    Weighing "examples" alike, the first word of a refusal (10 tokens) counts more than that of an answer (30), and
    that word decides between the two; weighing "tokens" alike, it counts the same.
    """
    sizes = [len(ids) - prompt if weigh == "tokens" else 1 for ids, prompt in batch]
    return [size / sum(sizes) for size in sizes]


def backward(pair: tuple[list[int], int], scale: float, model: PeftModel) -> float:
    """Add the gradients of one example, and return its loss."""
    with torch.autocast("cpu", torch.bfloat16, cache_enabled=False):
        loss = answer_loss(model, *pair)
    (loss * scale).backward()
    return float(loss.detach())


def adapter_state(model: PeftModel) -> dict[str, Tensor]:
    """The trained weights alone."""
    return {name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}


def with_adapter(base: Path, rank: int) -> PeftModel:
    """Load the base and put a fresh adapter on every linear layer; alpha is twice the rank."""
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16, attn_implementation="eager")
    config = LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=0.0, target_modules=TARGETS, task_type="CAUSAL_LM")
    return get_peft_model(model, config)


def main() -> None:
    """Train until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=60, help="training time, over all restarts")
    parser.add_argument("--until", type=dt.datetime.fromisoformat, help="end at this wall-clock time instead")
    parser.add_argument("--rank", type=int, default=16)
    parser.add_argument("--rate", type=float, default=6e-4)
    parser.add_argument("--batch", type=int, default=8, help="examples a step")
    parser.add_argument("--extractive", type=int, default=600, help="examples made of IDK-MRC")
    parser.add_argument("--weigh", choices=["examples", "tokens"], default="examples", help="what counts alike")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--save-minutes", type=float, default=4)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    pool = ThreadPoolExecutor(args.threads, initializer=torch.set_num_threads, initargs=(1,))
    tokenizer = AutoTokenizer.from_pretrained(args.work / "base")
    model = with_adapter(args.work / "base", args.rank).train()
    weights = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=0.0, betas=(0.9, 0.98), weight_decay=0.0)
    checkpoint = args.work / "adapter.pt"
    step, before = 0, 0.0
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        model.load_state_dict(state["adapter"], strict=False)
        optimizer.load_state_dict(state["optimizer"])
        step, before = state["step"], state["seconds"]
        print(f"going on at step {step}", flush=True)
    examples = training_examples(args.data, args.extractive, args.seed)
    print(kinds(examples), flush=True)
    pairs = [pair for pair in (encoded(e, tokenizer) for e in examples) if len(pair[0]) <= LONGEST]
    chance = random.Random(args.seed + step)
    begun = saved = time.time()
    budget = args.until.timestamp() - begun + before if args.until else args.minutes * 60
    order: list[tuple[list[int], int]] = []
    mean, tokens = 0.0, 0
    while (seconds := before + time.time() - begun) < budget:
        if len(order) < args.batch:
            order = pairs[:]
            chance.shuffle(order)
        batch, order = order[: args.batch], order[args.batch :]
        rate = args.rate * min(1.0, (step + 1) / WARM_UP) * (1 - seconds / budget)
        for group in optimizer.param_groups:
            group["lr"] = rate
        losses = list(pool.map(partial(backward, model=model), batch, shares(batch, args.weigh)))
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        tokens += sum(len(ids) for ids, _ in batch)
        loss = sum(losses) / len(losses)
        mean = loss if mean == 0.0 else 0.95 * mean + 0.05 * loss
        if step % 10 == 0:
            speed = tokens / (time.time() - begun)
            print(
                f"{seconds / 60:.1f} min step {step} rate {rate:.1e} {speed:.0f} tokens/s loss {mean:.3f}", flush=True
            )
        if time.time() - saved > args.save_minutes * 60:
            saved = time.time()
            save(checkpoint, model, optimizer, step, seconds, args.rank)
    save(checkpoint, model, optimizer, step, budget, args.rank)
    print(f"done after {step} steps over {len(pairs)} examples", flush=True)


def save(path: Path, model: PeftModel, optimizer: torch.optim.Optimizer, step: int, seconds: float, rank: int) -> None:
    """Write a checkpoint so that a kill leaves the old or the new one."""
    state = {"adapter": adapter_state(model), "optimizer": optimizer.state_dict()}
    torch.save(state | {"step": step, "seconds": seconds, "rank": rank}, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


if __name__ == "__main__":
    main()
