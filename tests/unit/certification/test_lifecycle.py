"""Every (state, verb) pair of a certificate."""

from __future__ import annotations

import pytest

from hkbio_gmp.certification.lifecycle import CERTIFICATES, CertificateState
from hkbio_gmp.identity.rules.permissions import ROLES, permits
from hkbio_gmp.kernel.errors import WrongState
from hkbio_gmp.kernel.transitions import Transition

S = CertificateState
LEGAL = {
    (S.SUBMITTED, "verify"): S.VALID,
    (S.SUBMITTED, "reject"): S.REJECTED,
    (S.VALID, "suspend"): S.SUSPENDED,
    (S.VALID, "withdraw"): S.WITHDRAWN,
    (S.SUSPENDED, "reinstate"): S.VALID,
    (S.SUSPENDED, "withdraw"): S.WITHDRAWN,
}
PAIRS = [(state, verb) for state in S for verb in sorted(CERTIFICATES.verbs)]


@pytest.mark.parametrize(("state", "verb"), PAIRS)
def test_verb_leads_where_the_table_says_when_the_state_allows_it(state: S, verb: str) -> None:
    if (state, verb) in LEGAL:
        assert CERTIFICATES.get(state, verb).target is LEGAL[state, verb]
        return
    with pytest.raises(WrongState):
        CERTIFICATES.get(state, verb)


@pytest.mark.parametrize("row", list(CERTIFICATES), ids=lambda row: f"{row.state}-{row.verb}")
def test_decision_is_signed_by_quality_alone_when_taken(row: Transition[S]) -> None:
    assert row.meaning
    assert row.needs_reason == (row.verb != "verify")
    assert set(row.never) == {"submitter", "subject"}
    assert [role for role in ROLES if permits(role, row.permission)] == ["quality"]
