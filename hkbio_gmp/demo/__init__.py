"""Demonstration data: half a year of two facilities, made by the real services."""

from hkbio_gmp.demo.accounts import ACCOUNTS_TEXT
from hkbio_gmp.demo.loading import is_cut_short, is_empty, load

__all__ = ["ACCOUNTS_TEXT", "is_cut_short", "is_empty", "load"]
