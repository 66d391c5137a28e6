"""Every text of the chat page that is no part of an answer, in the two languages of its interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Words:
    """The chat's texts in one language; names in braces are filled in where the text is used.

    `said` are the sentences that the page's scripts say, by the name they use; `shortcuts` are keys and what they do.
    """

    language: str
    skip: str
    conversation: str
    greeting: str
    greeting_body: str
    how_it_works: tuple[tuple[str, str], ...]
    suggestions: str
    composer_label: str
    composer_placeholder: str
    send: str
    stop: str
    footnote: str

    new_chat: str
    history: str
    history_note: str
    history_empty: str
    delete_all: str
    delete_sure: str
    keep: str
    menu: str
    close: str
    ui_language: str
    text_size: str
    sizes: tuple[str, str, str]
    theme_to_dark: str
    theme_to_light: str
    export: str
    print: str
    shortcut_help: str
    shortcuts: tuple[tuple[str, str], ...]
    shortcuts_on: str

    you_asked: str
    answer: str
    understood_as: str
    starting: str
    waiting: str
    reading: str
    writing: str
    kind: Mapping[str, str]
    caution: Mapping[str, str]
    stopped: str
    stopped_empty: str
    failed: str

    sources: str
    source_number: str
    found: str
    related: str
    in_context: str
    open_document: str
    opens_tab: str
    page: str
    slide: str
    section: str
    reference: str
    copy_reference: str

    why: str
    why_sure: str
    why_spelled_out: str
    why_not_asked: str
    sure: tuple[tuple[float, str], ...]
    unsure: str
    why_passages: str
    fits: tuple[tuple[float, str], ...]
    why_used: str
    why_unused: str
    why_rejected: str
    why_times: str
    times: Mapping[str, str]
    seconds: str
    decimal: str

    next_questions: str
    copy: str
    retry: str
    vote_up: str
    vote_down: str
    said: Mapping[str, str]


INDONESIAN = Words(
    language="id",
    skip="Langsung ke kolom pertanyaan",
    conversation="Percakapan",
    greeting="Halo! Mau belajar apa hari ini?",
    greeting_body=(
        "Tanyakan apa saja tentang materi “{title}” dengan bahasamu sendiri. "
        "Aku menjawab hanya dari dokumen mata kuliah ini, jadi setiap kalimat bisa kamu periksa."
    ),
    how_it_works=(
        ("Tulis pertanyaanmu", "Bahasa sehari-hari dan pertanyaan lanjutan seperti “apa contohnya?” boleh."),
        ("Baca jawabannya", "Nomor seperti [1] menunjukkan sumber setiap kalimat."),
        ("Periksa sumbernya", "Klik nomornya untuk melihat kutipan persis, lalu buka dokumennya."),
    ),
    suggestions="Contoh pertanyaan",
    composer_label="Pertanyaanmu",
    composer_placeholder="Tulis pertanyaanmu…",
    send="Kirim",
    stop="Hentikan",
    footnote="Jawaban bisa keliru. Periksa sumbernya sebelum kamu pakai.",
    new_chat="Obrolan baru",
    history="Riwayat",
    history_note="Percakapanmu hanya disimpan di peramban ini, paling banyak 30 yang terakhir.",
    history_empty="Belum ada percakapan. Yang kamu tanyakan akan muncul di sini.",
    delete_all="Hapus semua",
    delete_sure="Hapus semua percakapan mata kuliah ini di peramban ini? Ini tidak bisa dibatalkan.",
    keep="Batal",
    menu="Menu",
    close="Tutup",
    ui_language="Bahasa",
    text_size="Ukuran huruf",
    sizes=("Biasa", "Besar", "Sangat besar"),
    theme_to_dark="Pakai tampilan gelap",
    theme_to_light="Pakai tampilan terang",
    export="Unduh percakapan (Markdown)",
    print="Cetak atau simpan PDF",
    shortcut_help="Pintasan papan ketik",
    shortcuts=(
        ("/", "Menulis pertanyaan"),
        ("Enter", "Mengirim pertanyaan; Shift+Enter membuat baris baru"),
        ("Esc", "Menghentikan jawaban, atau keluar dari kolom pertanyaan"),
        ("N", "Memulai obrolan baru"),
        ("C", "Menyalin jawaban terakhir beserta sumbernya"),
        ("H", "Membuka riwayat"),
        ("?", "Menampilkan bantuan ini"),
    ),
    shortcuts_on="Pakai pintasan satu huruf",
    you_asked="Pertanyaanmu",
    answer="Jawaban",
    understood_as="Dipahami sebagai:",
    starting="Mencari di materi…",
    waiting="Ada {ahead} pertanyaan di depanmu. Mohon tunggu sebentar, ya.",
    reading="Membaca bagian yang paling cocok…",
    writing="Masih menyusun jawaban…",
    kind=MappingProxyType(
        {
            "generated": "Dirangkum dari materi",
            "quoted": "Kutipan langsung dari materi",
            "abstained": "Tidak ada di materi",
        }
    ),
    caution=MappingProxyType(
        {
            "generated": "Rangkuman ini dibuat otomatis dan bisa keliru; cocokkan dengan kutipan di sumbernya.",
            "quoted": "Kalimatnya persis dari materi, tetapi pilihannya bisa keliru; baca juga konteksnya.",
            "abstained": "Bisa saja ini terlewat; coba kata lain, lihat bagian terdekat, atau tanya pengajarmu.",
        }
    ),
    stopped="Dihentikan",
    stopped_empty="Jawaban dihentikan sebelum ada yang tertulis.",
    failed="Belum berhasil",
    sources="Sumber",
    source_number="Sumber {number}: {title}",
    found="Bagian materi yang ditemukan",
    related="Bagian materi yang paling dekat",
    in_context="Baca di konteksnya",
    open_document="Buka dokumen",
    opens_tab="(tab baru)",
    page="hlm. {page}",
    slide="salindia {page}",
    section="bagian {section}",
    reference="Rujukan",
    copy_reference="Salin rujukan",
    why="Mengapa jawaban ini?",
    why_sure="Keyakinan bahwa materi menjawabnya: {words} ({percent}%). Di bawah {threshold}%, aku tidak menjawab.",
    why_spelled_out=(
        "Kepanjangan yang kamu tanyakan tertulis langsung di materi, jadi dijawab walaupun keyakinan pembacanya rendah "
        "({percent}%)."
    ),
    why_not_asked="Jawaban ini diambil langsung dari keterangan dokumen (judul, penulis, tanggal).",
    sure=((0.85, "tinggi"), (0.65, "cukup"), (0.0, "rendah")),
    unsure="terlalu rendah",
    why_passages="Bagian materi yang dipertimbangkan, dari yang paling dekat",
    fits=((0.999, "paling dekat"), (0.5, "hampir sama dekat"), (0.1, "lebih jauh"), (0.0, "jauh")),
    why_used="dipakai di {numbers}",
    why_unused="dibaca, tidak dipakai",
    why_rejected="tidak memuat jawaban",
    why_times="Waktu:",
    times=MappingProxyType({"retrieve": "mencari", "read": "membaca", "write": "menyusun", "total": "seluruhnya"}),
    seconds="{seconds} detik",
    decimal=",",
    next_questions="Bisa kamu tanyakan berikutnya",
    copy="Salin",
    retry="Tanya ulang",
    vote_up="Jawaban ini membantu",
    vote_down="Jawaban ini kurang membantu",
    said=MappingProxyType(
        {
            "copied": "Jawaban dan sumbernya sudah disalin.",
            "reference-copied": "Rujukan sudah disalin.",
            "copy-failed": "Perambanmu tidak mengizinkan penyalinan.",
            "vote-thanks": "Terima kasih, penilaianmu tersimpan.",
            "vote-removed": "Penilaianmu sudah dihapus.",
            "vote-failed": "Penilaianmu belum tersimpan. Coba sekali lagi.",
            "new-chat": "Obrolan baru dimulai.",
            "signal-lost": (
                "Sambungan ke Tanya Materi terputus. Periksa internetmu, salin pertanyaanmu kalau perlu, lalu muat "
                "ulang. Percakapan yang sudah selesai ada di Riwayat."
            ),
            "not-admitted": (
                "Halaman ini tidak lagi boleh membuka mata kuliah ini. Muat ulang halaman; kalau tetap begini, "
                "hubungi pengajarmu."
            ),
            "opened": "Percakapan dibuka. Kamu bisa bertanya lagi.",
            "deleted": "Percakapan dihapus.",
            "deleted-all": "Semua percakapan mata kuliah ini dihapus.",
            "delete-one": "Hapus percakapan “{title}”",
            "not-kept": "Peramban ini tidak mengizinkan penyimpanan; percakapanmu hilang saat halaman ditutup.",
            "nothing-yet": "Belum ada percakapan untuk diunduh atau dicetak.",
            "question": "Pertanyaan",
            "sources": "Sumber",
            "caution": "Jawaban bisa keliru. Periksa sumbernya sebelum dipakai.",
            "cut-short": "Dihentikan sebelum selesai",
            "retry": "Tanya ulang",
            "kind-generated": "Dirangkum dari materi",
            "kind-quoted": "Kutipan langsung dari materi",
            "kind-abstained": "Tidak ada di materi",
            "turns": "{count} pertanyaan",
        }
    ),
)

ENGLISH = Words(
    language="en",
    skip="Skip to the question box",
    conversation="Conversation",
    greeting="Hello! What would you like to learn today?",
    greeting_body=(
        "Ask anything about the material of “{title}” in your own words. "
        "I answer only from the documents of this course, so you can check every sentence."
    ),
    how_it_works=(
        ("Write your question", "Everyday language is fine, and so are follow-ups. Indonesian works best."),
        ("Read the answer", "A number like [1] shows the source of each sentence."),
        ("Check the source", "Click the number to see the exact quote, then open the document."),
    ),
    suggestions="Example questions",
    composer_label="Your question",
    composer_placeholder="Write your question…",
    send="Send",
    stop="Stop",
    footnote="Answers can be wrong. Check the source before you use them.",
    new_chat="New chat",
    history="History",
    history_note="Your conversations are kept in this browser only, the last 30 at most.",
    history_empty="No conversations yet. What you ask will appear here.",
    delete_all="Delete all",
    delete_sure="Delete all conversations of this course in this browser? This cannot be undone.",
    keep="Cancel",
    menu="Menu",
    close="Close",
    ui_language="Language",
    text_size="Text size",
    sizes=("Normal", "Large", "Largest"),
    theme_to_dark="Use the dark look",
    theme_to_light="Use the light look",
    export="Download conversation (Markdown)",
    print="Print or save as PDF",
    shortcut_help="Keyboard shortcuts",
    shortcuts=(
        ("/", "Write a question"),
        ("Enter", "Send the question; Shift+Enter starts a new line"),
        ("Esc", "Stop the answer, or leave the question box"),
        ("N", "Start a new chat"),
        ("C", "Copy the last answer with its sources"),
        ("H", "Open the history"),
        ("?", "Show this help"),
    ),
    shortcuts_on="Use single-letter shortcuts",
    you_asked="Your question",
    answer="Answer",
    understood_as="Understood as:",
    starting="Searching the material…",
    waiting="Questions before yours: {ahead}. Please wait a moment.",
    reading="Reading the passages that fit best…",
    writing="Still writing the answer…",
    kind=MappingProxyType(
        {
            "generated": "Summarised from the material",
            "quoted": "Quoted from the material",
            "abstained": "Not in the material",
        }
    ),
    caution=MappingProxyType(
        {
            "generated": "This summary was made automatically and can be wrong; compare it with the quoted sources.",
            "quoted": "The sentences are the material's own, but the choice can be wrong; read the context too.",
            "abstained": "I may have missed it; try other words, see the nearest passages, or ask your teacher.",
        }
    ),
    stopped="Stopped",
    stopped_empty="The answer was stopped before anything was written.",
    failed="That did not work",
    sources="Sources",
    source_number="Source {number}: {title}",
    found="Passages found",
    related="The nearest passages",
    in_context="Read in context",
    open_document="Open document",
    opens_tab="(new tab)",
    page="p. {page}",
    slide="slide {page}",
    section="section {section}",
    reference="Reference",
    copy_reference="Copy reference",
    why="Why this answer?",
    why_sure="Confidence that the material answers it: {words} ({percent}%). Below {threshold}% I do not answer.",
    why_spelled_out=(
        "The long form that you asked for is written out in the material, so I answer although the reader is not very "
        "sure ({percent}%)."
    ),
    why_not_asked="This answer comes straight from what is known of the document (title, author, date).",
    sure=((0.85, "high"), (0.65, "fair"), (0.0, "low")),
    unsure="too low",
    why_passages="Passages considered, closest first",
    fits=((0.999, "closest"), (0.5, "almost as close"), (0.1, "farther"), (0.0, "far")),
    why_used="used in {numbers}",
    why_unused="read, not used",
    why_rejected="does not hold the answer",
    why_times="Time:",
    times=MappingProxyType({"retrieve": "searching", "read": "reading", "write": "writing", "total": "in all"}),
    seconds="{seconds} s",
    decimal=".",
    next_questions="You could ask next",
    copy="Copy",
    retry="Ask again",
    vote_up="This answer helps",
    vote_down="This answer does not help",
    said=MappingProxyType(
        {
            "copied": "Answer and sources copied.",
            "reference-copied": "Reference copied.",
            "copy-failed": "Your browser does not allow copying.",
            "vote-thanks": "Thank you, your vote is stored.",
            "vote-removed": "Your vote was removed.",
            "vote-failed": "Your vote is not stored yet. Please try again.",
            "new-chat": "New chat started.",
            "signal-lost": (
                "The connection to Tanya Materi is lost. Check your internet, copy your question if you need it, then "
                "reload. Finished conversations are in History."
            ),
            "not-admitted": (
                "This page may no longer open this course. Reload it; if that does not help, tell your teacher."
            ),
            "opened": "Conversation opened. You can go on asking.",
            "deleted": "Conversation deleted.",
            "deleted-all": "All conversations of this course deleted.",
            "delete-one": "Delete conversation “{title}”",
            "not-kept": "This browser allows no storage; your conversations are gone when the page is closed.",
            "nothing-yet": "There is no conversation to download or print yet.",
            "question": "Question",
            "sources": "Sources",
            "caution": "Answers can be wrong. Check the sources before you use them.",
            "cut-short": "Stopped before it was finished",
            "retry": "Ask again",
            "kind-generated": "Summarised from the material",
            "kind-quoted": "Quoted from the material",
            "kind-abstained": "Not in the material",
            "turns": "questions: {count}",
        }
    ),
)

WORDS: Mapping[str, Words] = MappingProxyType({"id": INDONESIAN, "en": ENGLISH})


def words_in(language: object) -> Words:
    """Return the texts of a language; Indonesian for one that the interface does not have."""
    return WORDS.get(str(language), INDONESIAN)
