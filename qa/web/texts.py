"""Every Indonesian text of the web pages that is no part of an answer."""

from __future__ import annotations

NAME = "Tanya Materi"
TAGLINE = "Tanya jawab dari materi kuliahmu sendiri"

GREETING = "Halo! Mau belajar apa hari ini?"
GREETING_BODY = (
    "Tanyakan apa saja tentang materi “{title}” dengan bahasamu sendiri. "
    "Aku menjawab hanya dari dokumen mata kuliah ini, jadi setiap kalimat bisa kamu periksa."
)
HOW_IT_WORKS = (
    ("1", "Tulis pertanyaanmu", "Bahasa sehari-hari dan pertanyaan lanjutan seperti “apa contohnya?” boleh."),
    ("2", "Baca jawabannya", "Nomor seperti [1] menunjukkan sumber setiap kalimat."),
    ("3", "Periksa sumbernya", "Klik nomornya untuk melihat kutipan persis, lalu buka dokumennya."),
)
SUGGESTIONS = "Contoh pertanyaan"

COMPOSER_LABEL = "Pertanyaanmu"
COMPOSER_PLACEHOLDER = "Tulis pertanyaanmu…"
SEND = "Kirim"
STOP = "Hentikan"
NEW_CHAT = "Obrolan baru"
THEME_TO_DARK = "Pakai tampilan gelap"
THEME_TO_LIGHT = "Pakai tampilan terang"
SKIP = "Langsung ke kolom pertanyaan"
CONVERSATION = "Percakapan"
FOOTNOTE = "Jawaban bisa keliru. Periksa sumbernya sebelum kamu pakai."
LOADING = "Sebentar, halaman sedang disiapkan…"
NO_SCRIPT = "Halaman ini memerlukan JavaScript. Aktifkan JavaScript di perambanmu, lalu muat ulang."

YOU_ASKED = "Pertanyaanmu"
ANSWER = "Jawaban"
UNDERSTOOD_AS = "Dipahami sebagai:"
STARTING = "Mencari di materi…"
WAITING = "Ada {ahead} pertanyaan di depanmu. Mohon tunggu sebentar, ya."
READING = "Membaca bagian yang paling cocok…"
WRITING = "Masih menyusun jawaban…"
KIND = {
    "generated": "Dirangkum dari materi",
    "quoted": "Kutipan langsung dari materi",
    "abstained": "Tidak ada di materi",
}
STOPPED = "Dihentikan"
STOPPED_EMPTY = "Jawaban dihentikan sebelum ada yang tertulis."
FAILED = "Belum berhasil"
ERROR = "Maaf, ada gangguan saat menyiapkan jawaban. Coba kirim lagi; kalau tetap gagal, hubungi pengelola."
TOO_BUSY = "Maaf, sedang banyak pertanyaan yang menunggu. Coba kirim lagi sebentar lagi."

SOURCES = "Sumber"
SOURCE_NUMBER = "Sumber {number}: {title}"
FOUND = "Bagian materi yang ditemukan"
RELATED = "Bagian materi yang paling dekat"
IN_CONTEXT = "Baca di konteksnya"
OPEN_DOCUMENT = "Buka dokumen"
OPENS_TAB = "(tab baru)"
PAGE = "hlm. {page}"
SLIDE = "salindia {page}"
SECTION = "bagian {section}"

COPY = "Salin"
COPIED = "Jawaban dan sumbernya sudah disalin."
COPY_FAILED = "Perambanmu tidak mengizinkan penyalinan."
RETRY = "Tanya ulang"
VOTE_UP = "Jawaban ini membantu"
VOTE_DOWN = "Jawaban ini kurang membantu"
VOTE_THANKS = "Terima kasih, penilaianmu tersimpan."
VOTE_REMOVED = "Penilaianmu sudah dihapus."
VOTE_FAILED = "Penilaianmu belum tersimpan. Coba sekali lagi."
NEW_CHAT_STARTED = "Obrolan baru dimulai."
SIGNAL_LOST = (
    "Sambungan ke Tanya Materi terputus. Periksa apakah programnya masih berjalan, lalu muat ulang halaman ini."
)

BODY_TOO_LARGE = "Kiriman terlalu besar (paling banyak {limit} byte); ringkas pertanyaannya lalu kirim lagi."
NOT_JSON = (
    'Isi kiriman harus JSON seperti {"question": "Apa itu ...?", "history": []}, '
    "dengan history daftar pertanyaan sebelumnya."
)
UNKNOWN_DOCUMENT = "Dokumen itu tidak ada di materi mata kuliah ini."
DOCUMENT_MOVED = "Berkas dokumen itu sudah tidak ada di folder materi; jalankan tanya index untuk memperbarui indeks."
UNKNOWN_PASSAGE = "Bagian itu tidak ada di indeks yang sedang dipakai; kirim ulang pertanyaannya."
UNKNOWN_ANSWER = "Jawaban itu sudah tidak tersimpan, jadi tidak bisa dinilai; kirim ulang pertanyaannya."
NOT_FOUND = "Halaman itu tidak ada."
READING_PAGE = "Bagian materi"
BACK_TO_CHAT = "Kembali ke obrolan"
PART_SHOWN = "Yang tampak di sini hanya bagian di sekitar kutipan."

PORT_IN_USE = (
    "Port {port} di {host} sedang dipakai program lain; hentikan program itu atau pilih port lain, "
    "misalnya: tanya serve --port {other}"
)
CANNOT_LISTEN = "Alamat {host}:{port} tidak dapat dipakai ({reason}); pilih yang lain dengan --host dan --port."
READY = "Tanya Materi siap: buka http://{host}:{port} di peramban (Ctrl+C untuk berhenti)."
