"""Leaf format version 1 is frozen: logs in the field already hold it."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from hkbio_gmp.audit.rules.leaf import EntryFacts, entry_document, leaf_bytes
from hkbio_gmp.audit.rules.tree import leaf_hash
from hkbio_gmp.kernel.actors import Actor, Channel, Signed

FACTS = EntryFacts(
    schema="0001_audit",
    log="LCT",
    at=datetime(2027, 1, 4, 1, 2, 3, 45, tzinfo=UTC),
    zone="Asia/Hong_Kong",
    work="5ad0c2a6-3a1f-4a57-8d3a-6f0f4a4d8a11",
    actor=Actor("U000007", "Manager 中文", "facility_manager"),
    action="booking:slot:approved",
    subject_type="booking",
    subject_ref="LCT-2027-000001",
    table="booking",
    key="1",
    organisation="STARTUP-A",
    changes={"status": ["requested", "approved"]},
    reason="in order",
    channel=Channel("0b6a", "page"),
)
SIGNED = Signed(
    "SIG-000001",
    "approved",
    "Manager 中文",
    "facility_manager",
    "2027-01-04T01:02:03.000045Z",
    "Asia/Hong_Kong",
    {"type": "booking", "ref": "LCT-2027-000001", "version": 1, "digest": "9f3c"},
)
LEAF = (
    '{"action":"booking:slot:approved","actor":{"id":"U000007","name":"Manager 中文",'
    '"role":"facility_manager"},"at":"2027-01-04T01:02:03.000045Z",'
    '"changes":{"status":["requested","approved"]},"log":"LCT","organisation":"STARTUP-A",'
    '"reason":"in order","request":{"channel":"page","id":"0b6a"},'
    '"row":{"key":"1","table":"booking"},"schema":"0001_audit","seq":7,'
    '"subject":{"ref":"LCT-2027-000001","type":"booking"},"v":1,'
    '"work":"5ad0c2a6-3a1f-4a57-8d3a-6f0f4a4d8a11","zone":"Asia/Hong_Kong"}'
)


def test_leaf_bytes_are_frozen():
    assert leaf_bytes(entry_document(FACTS, 7)).decode() == LEAF


def test_leaf_hash_is_frozen():
    digest = leaf_hash(leaf_bytes(entry_document(FACTS, 7))).hex()
    assert digest == "6c40a770ce246e8719179361743a85ffe31717ef97f5f65d963cdd55283a1c6e"


def test_signature_is_in_the_leaf_when_signed():
    document = entry_document(replace(FACTS, signed=SIGNED), 0)
    assert document["signature"] == {
        "number": "SIG-000001",
        "meaning": "approved",
        "name": "Manager 中文",
        "role": "facility_manager",
        "at": "2027-01-04T01:02:03.000045Z",
        "zone": "Asia/Hong_Kong",
        "record": {"type": "booking", "ref": "LCT-2027-000001", "version": 1, "digest": "9f3c"},
        "components": ["password"],
    }


SIMPLE = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()


@given(
    st.dictionaries(st.text(alphabet=string.printable), st.lists(SIMPLE, min_size=2, max_size=2)),
    st.text(),
    st.none() | st.text(),
)
def test_quick_way_writes_the_same_bytes_whatever_changed(
    changes: dict[str, list[object]], name: str, reason: str | None
) -> None:
    actor = replace(FACTS.actor, name=name)
    facts = replace(FACTS, changes=changes, actor=actor, reason=reason, signed=SIGNED)
    document = entry_document(facts, 2**40)
    assert leaf_bytes(document) == rfc8785.dumps(document)


@pytest.mark.parametrize("value", [1.5, [1], {"b": 1, "a": 2}, 2**52, "\U0001f9ec\ue000"])
def test_rare_values_are_written_canonically_when_a_column_holds_them(value: object) -> None:
    document = entry_document(replace(FACTS, changes={"é": [None, value]}), 1)
    assert leaf_bytes(document) == rfc8785.dumps(document)
