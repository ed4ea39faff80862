"""Codes that could point to a person are refused."""

from __future__ import annotations

import pytest

from hkbio_gmp.facilities.rules.proposals import ProjectProposal, proposal_problems
from hkbio_gmp.facilities.rules.pseudonyms import code_problems, qualified


@pytest.mark.parametrize(
    "code", ["B1", "CART-20270112", "D-0042", "DN-001-HK", "RUN-7", "CAR-T-001", "MSC-01A"]
)
def test_code_passes_when_it_is_a_pseudonym(code: str) -> None:
    assert code_problems("code", code) == []


@pytest.mark.parametrize(
    "code",
    [
        "A123456-7",
        "AB1234567",
        "CHAN-TAI-MAN-1",
        "WONG-01",
        "MARY-SMITH-2",
        "MARY",
        "9123-4567",
        "DOB-19800131",
        "陳大文",
        "d-42",
        "D 42",
        "",
        "-",
        "A" * 61,
        "B1\x00",
        "B1\n",
    ],
)
def test_code_is_refused_when_it_resembles_a_person(code: str) -> None:
    found = code_problems("donor_code", code)
    assert found
    assert {error.field for error in found} == {"donor_code"}
    assert all(str(error.remedy) for error in found)


def test_owner_part_is_not_judged_when_a_batch_names_its_project() -> None:
    assert code_problems("code", "STARTUP-ALPHA-P1-B1", "STARTUP-ALPHA-P1") == []


def test_prefix_is_added_once_when_a_code_is_qualified() -> None:
    assert qualified("ORG", "P1") == "ORG-P1" == qualified("ORG", "ORG-P1")


def test_every_wrong_text_is_named_when_a_proposal_is_empty() -> None:
    empty = ProjectProposal("p 1", "ORG", "LCT", "", "x" * 300, "training", vector="a\x07b")
    assert [error.field for error in proposal_problems(empty)] == [
        "code",
        "title",
        "product",
        "vector",
    ]
