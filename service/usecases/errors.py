"""Refusals that people see: in English on the command line, in Vietnamese on the page."""

from __future__ import annotations


class AccountError(ValueError):
    """What was asked for cannot be done; the message says why.

    Attributes:
        vietnamese: the same for the page.
    """

    def __init__(self, message: str, vietnamese: str = "") -> None:
        super().__init__(message)
        self.vietnamese = vietnamese or message
