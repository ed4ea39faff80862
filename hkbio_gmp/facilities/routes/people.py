"""Who asks, with the rights of their roles."""

from __future__ import annotations

from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.kernel.errors import NotAllowed
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.web.guards import principal


def who() -> PersonPrincipal:
    """The person who asks; only behind ``requires``. Raises NotAllowed for anything else."""
    found = principal()
    if not isinstance(found, PersonPrincipal):
        raise NotAllowed(Message("Only a person with an account may do this."))
    return found
