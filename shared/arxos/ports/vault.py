"""Where sensitive texts are sealed and opened."""

from typing import Protocol

from arxos.domain.sensitive import Sealed, Secret


class Vault(Protocol):
    """Seals texts of one organisation, each for one field of one record and for no other."""

    def seal(self, secret: Secret, *, record_id: str, name: str) -> Sealed:
        """The text, to be kept. Raises ServiceUnavailable."""
        ...

    def open(self, sealed: Sealed, *, record_id: str, name: str) -> Secret:
        """The text again; the rights must have been checked. Raises ServiceUnavailable.

        Raises BrokenSeal for what was sealed for another organisation, record or field.
        """
        ...


class BrokenSeal(Exception):
    """What was to be opened is not what was sealed for this field; nothing a user could mend."""
