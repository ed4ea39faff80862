"""The ``hkbio-gmp`` command: thin, arguments in, a service called.

Exit codes: 0 done and true; 1 ran, and what it checks does not hold; 2 bad usage or bad input,
with one line on standard error. Never a traceback.
"""

from hkbio_gmp.cli.main import main

__all__ = ["main"]
