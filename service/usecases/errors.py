"""Refusals that people see."""


class AccountError(ValueError):
    """What was asked for cannot be done; the message says why."""
