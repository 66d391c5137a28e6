"""What the server says in Indonesian: pages around the chat, errors, the command line. The chat's own: words.py."""

from __future__ import annotations

NAME = "Tanya Materi"
TAGLINE = "Tanya jawab dari materi kuliahmu sendiri"

LOADING = "Sebentar, halaman sedang disiapkan…"
NO_SCRIPT = "Halaman ini memerlukan JavaScript. Aktifkan JavaScript di perambanmu, lalu muat ulang."

ERROR = "Maaf, ada gangguan saat menyiapkan jawaban. Coba kirim lagi; kalau tetap gagal, hubungi pengelola."
TOO_BUSY = "Maaf, sedang banyak pertanyaan yang menunggu. Coba kirim lagi sebentar lagi."

BODY_TOO_LARGE = "Kiriman terlalu besar (paling banyak {limit} byte); ringkas pertanyaannya lalu kirim lagi."
UPLOAD_TOO_LARGE = (
    "Berkasnya terlalu besar (paling banyak {megabytes} MB sekali kirim); kirim satu per satu, "
    "atau bagi menjadi beberapa berkas yang lebih kecil."
)
NOT_JSON = (
    'Isi kiriman harus JSON seperti {"question": "Apa itu ...?", "history": []}, '
    "dengan history daftar pertanyaan sebelumnya."
)
WRONG_VALUE = "Nilai {name} di alamat itu kosong atau tidak dapat dipakai; periksa lalu coba lagi."
TOO_MANY_ENTRIES = "Isi {name} terlalu banyak (paling banyak {limit}); kirim yang terbaru saja."
UNKNOWN_DOCUMENT = "Dokumen itu tidak ada di materi mata kuliah ini."
DOCUMENT_MOVED = "Berkas dokumen itu sudah tidak ada di folder materi; beri tahu pengajar atau pengelolanya."
UNKNOWN_PASSAGE = "Bagian itu tidak ada di indeks yang sedang dipakai; kirim ulang pertanyaannya."
UNKNOWN_ANSWER = "Jawaban itu sudah tidak tersimpan, jadi tidak bisa dinilai; kirim ulang pertanyaannya."
UNKNOWN_COURSE = "Mata kuliah '{name}' tidak ada; yang ada: {names}."
NAME_A_COURSE = "Sebutkan mata kuliahnya pada course; yang ada: {names}."
PICK_COURSE = "Pilih mata kuliah"
NO_SUCH_COURSE = "Mata kuliah ini tidak ada di sini"
NO_SUCH_COURSE_HELP = "Mungkin alamatnya salah ketik, atau mata kuliahnya sudah dipindahkan. Yang ada sekarang:"
NOT_OPENED = "Obrolan belum bisa dibuka"
NOT_SHOWN = "Halaman ini tidak bisa ditampilkan"
DOCUMENTS_COUNT = "{count} dokumen"
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
