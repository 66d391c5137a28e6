"""Errors whose text the user reads: what is wrong, with which file, and what to do next."""


class TanyaError(Exception):
    """Base of all errors that are shown to the user; the message is one Indonesian sentence."""


class DocumentError(TanyaError):
    """One document cannot be read; the other documents go on."""


class IndexUnusableError(TanyaError):
    """An index is missing, damaged, locked, or made by other settings; the message names the remedy."""


class SettingsError(TanyaError):
    """A setting has a value that cannot be used; the message names the setting and what it may be."""


class ModelError(TanyaError):
    """A model cannot be found, loaded or reached; the message names the model and the remedy."""
