"""Each (state, verb) of a grant, legal or not."""

from __future__ import annotations

import pytest

from hkbio_gmp.identity.lifecycle import GRANTS, GrantState
from hkbio_gmp.kernel.errors import WrongState

LEGAL = {
    (GrantState.PROPOSED, "confirm"): GrantState.CONFIRMED,
    (GrantState.PROPOSED, "refuse"): GrantState.REFUSED,
    (GrantState.PROPOSED, "end"): GrantState.ENDED,
    (GrantState.CONFIRMED, "end"): GrantState.ENDED,
}
PAIRS = [(state, verb) for state in GrantState for verb in ("confirm", "refuse", "end", "propose")]


@pytest.mark.parametrize(("state", "verb"), PAIRS)
def test_grant_moves_as_the_table_says_when_a_verb_is_tried(state: GrantState, verb: str) -> None:
    if (state, verb) in LEGAL:
        assert GRANTS.get(state, verb).target is LEGAL[state, verb]
    else:
        with pytest.raises(WrongState):
            GRANTS.get(state, verb)


def test_nobody_confirms_their_own_or_proposed_role_when_separated() -> None:
    assert set(GRANTS.get(GrantState.PROPOSED, "confirm").never) == {"proposer", "subject"}


@pytest.mark.parametrize(("state", "verb"), [pair for pair in LEGAL if pair[1] != "confirm"])
def test_a_reason_is_needed_when_a_role_is_refused_or_ended(state: GrantState, verb: str) -> None:
    assert GRANTS.get(state, verb).needs_reason
