"""Model files and their manifests."""

from classifiers.store.files import Stored, StoreError, load, save

__all__ = ["StoreError", "Stored", "load", "save"]
