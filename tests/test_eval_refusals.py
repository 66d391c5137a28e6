"""What counts as a refusal where a system does not say that it abstained."""

from __future__ import annotations

import pytest

from qa.eval.given import answer_line
from qa.eval.refusals import opens_with_refusal

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text",
    [
        "Maaf, materi tidak memuat jawabannya.",
        "I don’t know.",
        "",
        "**Saya tidak tahu.**",
        '"Tidak ada"',
        "1. Tidak disebutkan dalam bacaan.",
        "Tidak ada informasi tentang itu dalam konteks.",
        "Berdasarkan konteks, saya tidak menemukan jawabannya.",
        "Berdasarkan materi yang diberikan, tidak ada informasi mengenai hal tersebut.",
        "Dalam konteks yang diberikan tidak ada penjelasan tentang ketuanya.",
        "Konteks yang diberikan tidak menyebutkan hal itu.",
        "The provided context does not mention this.",
        "Based on the context, there is no information about it.",
        "The name of the chair is not mentioned in the text.",
        "Nama ketuanya tidak disebutkan dalam materi.",
        "Pertanyaan ini tidak dapat dijawab dari teks.",
        "I'm sorry, but I cannot answer that.",
        "Tidak dapat menjawab pertanyaan ini berdasarkan konteks.",
        "Tidak dapat menemukan jawaban di dokumen.",
        "Tidak bisa menjawab.",
        "Informasi tidak ditemukan.",
        "Informasi tersebut tidak tersedia.",
        "Informasi mengenai anggaran Kanada tidak tersedia.",
        "Sayangnya, informasi itu tidak ada dalam materi.",
        "Tidak disebutkan secara eksplisit dalam materi.",
        "Berdasarkan materi yang diberikan, tidak ada informasi yang menyebutkan anggaran.",
    ],
)
def test_an_answer_that_opens_with_a_refusal_is_one(text: str) -> None:
    assert opens_with_refusal(text)


@pytest.mark.parametrize(
    "text",
    [
        "Negara harus mengurus diri sendiri karena tidak ada kekuasaan tertinggi di atas negara.",
        "Konvensi itu tidak memuat sanksi.",
        "Dokumen itu tidak memuat sanksi.",
        "Sanksi tidak disebutkan dalam teks konvensi.",
        "Perusahaan wajib meminta maaf kepada pengguna.",
        "Maaf adalah ungkapan penyesalan.",
        "Karena tidak ada yang tahu.",
        "Realisme berangkat dari anggapan bahwa dunia bersifat anarkis, artinya tidak ada kekuasaan tertinggi.",
        "Dalam hukum internasional, tidak ada kekuasaan tertinggi.",
        "Tidak ada negara yang menolak norma itu.",
        "Tidak ada informasi yang dibagikan kepada publik.",
        "Tidak. Konvensi itu terbuka bagi semua negara.",
        "Mengapa Anda tidak tahu.",
        "No state rejected the norm.",
        "Tidak dapat menjawab pertanyaan hakim.",
        "Informasi itu tidak tersedia bagi publik.",
        "Sayangnya, Kanada menolak.",
    ],
)
def test_an_answer_that_denies_something_is_no_refusal(text: str) -> None:
    assert not opens_with_refusal(text)
    assert answer_line({"answer": text})["abstained"] is False
