"""What the measures are called for people, and which way is better."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

# Everything else is better when it is higher.
LOWER_IS_BETTER = frozenset({"over_refusal", "false_answer", "hallucination_rate", "error_rate"})

LABELS: Mapping[str, tuple[str, str]] = {
    "fact_recall": ("Fakta yang disebut", "bagian dari fakta kunci yang ada di jawaban (fact recall)"),
    "full_correct": ("Jawaban benar penuh", "semua fakta kunci ada, tidak ada yang keliru"),
    "answer_correctness": ("Ketepatan jawaban", "rata-rata fakta kunci dan kemiripan kata (answer correctness)"),
    "exact_match": ("Sama persis", "jawaban sama dengan kunci (exact match)"),
    "f1": ("Kemiripan kata", "kata yang sama dengan kunci (token F1)"),
    "reference_recall": ("Isi kunci yang disebut", "kata penting kunci yang ada di jawaban (reference recall)"),
    "source_hit": ("Dokumen sumber benar", "jawaban yang mengutip dokumen di kolom Sumber (source hit)"),
    "retrieved": ("Bukti ditemukan", "soal yang satu buktinya ikut ditemukan (retrieved)"),
    "cited_sentences": ("Kalimat bernomor", "kalimat jawaban dengan nomor sumber (cited sentences)"),
    "faithfulness": ("Setia pada materi", "kalimat jawaban yang didukung bacaan (faithfulness)"),
    "citation_precision": ("Kutipan yang perlu", "sumber bernomor yang benar mendukung (citation precision)"),
    "citation_recall": ("Kalimat bersumber", "kalimat yang didukung sumbernya (citation recall)"),
    "context_precision": ("Bacaan tepat di atas", "bacaan yang benar berada di urutan awal (context precision)"),
    "context_recall": ("Bacaan ditemukan", "bukti yang ikut ditemukan (context recall)"),
    "evidence_hit": ("Bukti dikutip", "jawaban yang mengutip kalimat buktinya (evidence hit)"),
    "supported": ("Kalimat didukung kutipan", "kalimat yang isinya ada di kutipan (supported)"),
    "quote_exact": ("Kutipan persis", "kutipan yang ada huruf demi huruf di dokumennya (quote exact)"),
    "generated": ("Ditulis model", "jawaban yang ditulis model, bukan hanya kutipan (generated)"),
    "over_refusal": ("Menolak padahal bisa", "soal terjawab yang dijawab 'tidak ada' (over refusal)"),
    "false_answer": ("Menjawab padahal tidak ada", "soal tak terjawab yang tetap dijawab (false answer)"),
    "hallucination_rate": ("Mengarang", "jawaban atas soal yang tak ada di materi (hallucination rate)"),
    "error_rate": ("Melewatkan jawaban", "soal terjawab yang ditolak (error rate)"),
    "abstention_precision": ("Penolakan yang benar", "penolakan yang memang perlu (abstention precision)"),
    "abstention_recall": ("Soal tak terjawab dikenali", "soal tak terjawab yang ditolak (abstention recall)"),
    "abstention_f1": ("Ketepatan menolak", "gabungan keduanya (abstention F1)"),
    "mrr": ("Urutan bacaan benar", "1 / urutan bacaan benar pertama (MRR)"),
    "mrr@10": ("Urutan bacaan benar", "1 / urutan bacaan benar pertama, 10 teratas (MRR@10)"),
    "map": ("Presisi rata-rata", "mean average precision (MAP)"),
}  # fmt: skip

KINDS: Mapping[str, str] = {
    "factoid": "fakta", "definition": "definisi", "list": "daftar", "reason": "sebab dan cara",
    "comparison": "perbandingan", "summary": "ringkasan", "acronym": "singkatan", "followup": "pertanyaan lanjutan",
    "slang": "bahasa sehari-hari", "english": "bahasa Inggris", "synonym": "kata lain", "near": "hampir, tapi tak ada",
    "near_domain": "sebidang, tapi tak ada", "false_premise": "anggapan keliru", "off_topic": "di luar topik",
    "injection": "perintah titipan", "gap": "dari pemakaian", "answerable": "ada di materi",
    "unanswerable": "tak ada di materi", "query": "pertanyaan",
}  # fmt: skip


# Why a metric has no value, as `qa.eval.undefined` says it.
REASONS: Mapping[str, str] = {
    "the question is unanswerable": "soalnya tidak ada di materi",
    "the question is answerable": "tidak ada soal tanpa jawaban di materi",
    "the question names no facts": "soal tidak menyebut fakta (kolom Fakta)",
    "the question has no reference": "soal tidak punya kunci (kolom Jawaban)",
    "the question has neither facts nor a reference": "soal tidak punya kunci atau fakta",
    "the question names no evidence": "soal tidak menyebut kalimat bukti (kolom Bukti)",
    "the question names no source": "soal tidak menyebut dokumen (kolom Sumber)",
    "the answer cites nothing": "jawaban tidak mengutip apa pun",
    "no sentence of the answer is cited": "tidak ada kalimat jawaban yang bernomor sumber",
    "the answer has no whole sentence": "jawaban tidak berisi kalimat utuh",
    "the system abstained": "sistem tidak menjawab",
    "the system does not say whether it wrote or quoted": "sistem tidak mengatakan apakah ia menulis atau mengutip",
    "the documents are not known (give --corpus)": "dokumennya tidak diketahui (beri --corpus)",
}


# What a comparison says, the worst first.
CHANGES: Mapping[str, str] = {
    "worse": "lebih buruk", "better": "lebih baik", "not distinguishable": "tak terbedakan", "same": "sama",
}  # fmt: skip


def label(metric: str) -> str:
    """Return the Indonesian name of a metric; an unknown one keeps its own."""
    return LABELS.get(metric, (metric, ""))[0]


def explanation(metric: str) -> str:
    return LABELS.get(metric, ("", metric))[1]


def kind_label(kind: str) -> str:
    return KINDS.get(kind, kind)


def gain(metric: str, before: float, after: float) -> float:
    """Return how much better `after` is than `before`; negative is worse, whichever way the metric runs."""
    return before - after if metric in LOWER_IS_BETTER else after - before


def percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f}%"


def english(text: str) -> str:
    """Return the small English line under a heading."""
    return f'<span class="english" lang="en">{escape(text)}</span>'
