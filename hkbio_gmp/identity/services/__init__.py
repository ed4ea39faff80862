"""Commands of identity, split by verb family."""

from hkbio_gmp.identity.services.accounts import (
    add_organisation,
    add_person,
    change_password,
    choose_language,
    disable_person,
    ensure_scope,
    run_add_person,
)
from hkbio_gmp.identity.services.grants import decide_grant, end_grant, propose_grant
from hkbio_gmp.identity.services.invitations import accept_invitation, invite_person
from hkbio_gmp.identity.services.tokens import create_token, revoke_token

__all__ = [
    "accept_invitation",
    "add_organisation",
    "add_person",
    "change_password",
    "choose_language",
    "create_token",
    "decide_grant",
    "disable_person",
    "end_grant",
    "ensure_scope",
    "invite_person",
    "propose_grant",
    "revoke_token",
    "run_add_person",
]
