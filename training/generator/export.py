"""Write a checkpoint as the GGUF LoRA adapter that llama.cpp puts over the bundled weights.

python export.py --work WORK --out adapter.gguf
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import gguf
import numpy as np
import torch

NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_PARAMETER = re.compile(r"layers\.(\d+)\.(\w+\.\w+)\.lora_([AB])\.default\.weight$")


def main() -> None:
    """Write the adapter as float16."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    state = torch.load(args.work / "adapter.pt", map_location="cpu", weights_only=True)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    writer = gguf.GGUFWriter(args.out, "gemma3")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 2.0 * state["rank"])
    for name, tensor in state["adapter"].items():
        found = _PARAMETER.search(name)
        if found is None:
            raise ValueError(f"no llama.cpp name for {name}")
        part = "lora_a" if found[3] == "A" else "lora_b"
        values = tensor.to(torch.float32).numpy().astype(np.float16)
        writer.add_tensor(f"blk.{found[1]}.{NAMES[found[2]]}.weight.{part}", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    print(f"step {state['step']}: {args.out} {args.out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
