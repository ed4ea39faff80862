"""hkbio-gmp: books shared GMP cleanrooms for cell and gene therapy and keeps the proof."""

__version__ = "0.1.0"
