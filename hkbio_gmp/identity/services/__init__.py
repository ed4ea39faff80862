"""Commands of identity, split by verb family."""

from hkbio_gmp.identity.services.accounts import (
    add_organisation,
    add_person,
    change_password,
    disable_person,
    ensure_scope,
    run_add_person,
)
from hkbio_gmp.identity.services.grants import decide_grant, end_grant, propose_grant
from hkbio_gmp.identity.services.tokens import create_token, revoke_token

__all__ = [
    "add_organisation",
    "add_person",
    "change_password",
    "create_token",
    "decide_grant",
    "disable_person",
    "end_grant",
    "ensure_scope",
    "propose_grant",
    "revoke_token",
    "run_add_person",
]
