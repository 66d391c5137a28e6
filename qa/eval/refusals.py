"""Whether an answer of another system opens with a refusal, in Indonesian or English."""

from __future__ import annotations

import re

_IN = r"(?:di|dalam|pada|dari|oleh)(?: dalam)?"
# What was given to read. "Dokumen itu" may be one that the answer is about, so these words take no "itu".
_MATERIAL = (
    r"(?:isi )?(?:(?:materi|konteks|bacaan|modul|slide)(?: (?:kuliah|ajar|pelajaran))?(?: (?:itu|tersebut))?"
    r"|(?:teks|dokumen|sumber|buku|kutipan|informasi))"
    r"(?: (?:ini|di atas|tersedia|yang (?:saya miliki|ada|diberikan|disediakan|tersedia)))*"
)
_GIVEN = (
    r"(?:the |this |these )?(?:(?:provided|given|above|retrieved|course) )*"
    r"(?:context|text|passage|material|document|source|excerpt|information)s?(?: (?:provided|given|above))?"
)
_END = r"""(?=\s*(?:[.,;:!?"')\]]|$))"""
_NO = r"(?:tidak|tak|belum|nggak|gak)"
_NOT = rf"{_NO}(?: (?:secara \w+|pernah|akan))?"
_SAID = (
    r"(?:ada|disebut(?:kan)?|ditemukan|dijelaskan|dibahas|dimuat|diberikan|terdapat|tersedia|tercantum|termuat"
    r"|diketahui|(?:dapat|bisa) dijawab)(?: secara \w+)?"
)
_SAYS = (
    r"(?:memuat|menyebut(?:kan)?|menjelaskan|membahas|memberi(?:kan)?|mengandung|berisi|mencantumkan|menyediakan"
    r"|menjawab)"
)
_ABLE = r"(?:dapat|bisa|mampu|berhasil)"
_BY = rf"(?:berdasarkan|menurut|dengan|{_IN})"
_FACTS = r"(?:informasi|jawaban|keterangan|penjelasan|pembahasan|data)(?:nya)?"
_TOPIC = r"(?:tentang|mengenai|terkait|soal|untuk|atas)"
_CANNOT = r"(?:cannot|can't|can not|could not|couldn't|am not able to|am unable to)"
_ABOUT = r"(?: (?:apa ?pun|lebih lanjut|spesifik|yang (?:cukup|jelas|spesifik|relevan|memadai)))*"
_CLAUSE = (
    r"(?:(?!\b(?:karena|sebab|bahwa|jika|kalau|ketika|meskipun|sehingga|tetapi|because|that)\b)[^.,;:!?\n]){1,80}?"
)

_LEAD_IN = (
    rf"(?:(?:sayangnya|unfortunately),?\s+)?(?:(?:(?:berdasarkan|menurut|sesuai|setelah membaca|{_IN}) {_MATERIAL}"
    rf"|(?:based on|according to|from|in) {_GIVEN}),?\s+)?"
)
_REFUSALS = (
    # an apology, as a word of its own
    r"(?:mohon )?maaf(?=\s*(?:[,.!;:–-]|$)| (?:saya|kami|aku|tapi|tetapi|namun|atas)\b)",
    rf"(?:i'm |i am |we are )?sorry(?:{_END}| but\b)|(?:i|we) apologi[sz]e\b",
    # the speaker does not know, or cannot
    rf"(?:saya |kami |aku )?{_NO} (?:tahu|mengetahui){_END}",
    rf"(?:saya|kami|aku) {_NO} (?:tahu|mengetahui|menemukan"
    r"|(?:memiliki|punya|mempunyai) (?:cukup )?(?:informasi|jawaban)"
    rf"|{_ABLE} (?:menjawab|menemukan|memberi|memastikan|mengetahui))",
    rf"{_NO} {_ABLE} menjawab(?: pertanyaan(?:nya)?(?: (?:ini|itu|tersebut|anda|kamu))?)?"
    rf"(?:{_END}| {_BY} {_MATERIAL}{_END})",
    rf"{_NO} {_ABLE} menemukan {_FACTS}(?: (?:ini|itu|tersebut))?{_ABOUT}"
    rf"(?:{_END}| {_TOPIC}\b| {_IN} {_MATERIAL}{_END})",
    rf"(?:i|we) (?:(?:do not|don't) (?:know|have)|{_CANNOT} (?:answer|find|determine|provide))\b",
    # there is nothing about it
    rf"{_NOT} {_SAID}(?: {_IN} {_MATERIAL})?{_END}",
    rf"{_NOT} (?:ada|terdapat|ditemukan|tersedia) {_FACTS}"
    rf"{_ABOUT}(?:{_END}| {_TOPIC}\b| yang {_SAYS}\b| {_IN} {_MATERIAL}{_END})",
    rf"{_FACTS}(?: (?:ini|itu|tersebut|{_TOPIC} {_CLAUSE}))? {_NOT}"
    rf" (?:ada|ditemukan|tersedia|terdapat|tercantum|termuat)(?: {_IN} {_MATERIAL})?{_END}",
    r"(?:there is |there's )?no (?:information|mention|answer)\b",
    rf"not (?:found|mentioned|stated|specified|given)(?: in {_GIVEN})?{_END}",
    # the material does not say it, or it is not said there
    rf"{_MATERIAL} {_NOT} {_SAYS}\b",
    rf"{_CLAUSE} {_NOT} {_SAID} {_IN} {_MATERIAL}{_END}",
    rf"(?:jawaban|pertanyaan)(?:nya)?(?: (?:ini|itu|tersebut))? {_NOT} {_SAID}\b",
    rf"{_GIVEN} (?:does not|doesn't|do not|don't) (?:contain|mention|provide|say|state|specify|include|discuss)\b",
    rf"{_CLAUSE} (?:is|are|was|were) not (?:mentioned|found|stated|specified|discussed|given) in {_GIVEN}{_END}",
    rf"(?:this|the|that) question {_CANNOT} be answered\b",
)
_MARKUP = r"""[\s"'*_>#•(\[-]*(?:(?:\d+|[a-z])[.)]\s+["'*_(]*)?"""
_OPENS = re.compile(rf"{_MARKUP}{_LEAD_IN}(?:{'|'.join(_REFUSALS)})", re.IGNORECASE)
_QUOTES = str.maketrans("“”«»‘’", '""""\'\'')


def opens_with_refusal(answer: str) -> bool:
    """Whether the first words say that there is no answer; behind quotes, a list mark or "Based on the context,".

    A denial further on, or of something in the world ("Tidak ada negara yang menolak"), is an answer. An answer
    without any text is a refusal.
    """
    return not answer.strip() or _OPENS.match(answer.translate(_QUOTES)) is not None
