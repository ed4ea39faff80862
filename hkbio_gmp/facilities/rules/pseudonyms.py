"""Codes of batches and donors are pseudonyms: nothing in them may point to a person (Cap. 486)."""

from __future__ import annotations

import re

from hkbio_gmp.kernel.errors import FieldError
from hkbio_gmp.kernel.messages import Message

LONGEST = 60
SHAPE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
_IDENTITY_CARD = re.compile(r"(?<![A-Z0-9])[A-Z]{1,2}-?[0-9]{6}-?[0-9A](?![A-Z0-9])")
_PHONE = re.compile(r"(?<![0-9])(?:852-?)?[2-9][0-9]{3}-?[0-9]{4}(?![0-9])")
_BIRTH = re.compile(
    r"(?<![0-9])(?:19[0-9]{2}|20[01][0-9])-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12][0-9]|3[01])(?![0-9])"
)
_COMMON = (
    "AU CHAN CHANG CHAU CHEN CHENG CHEUNG CHIU CHOI CHOW CHU CHUNG FAN FONG FUNG HO HUI "
    "HUNG IP KO KONG KWAN KWOK KWONG LAI LAM LAU LAW LEE LEUNG LI LIU LO LUI LUK MA MAK "
    "MOK NG PANG PAU POON SHEK SIN SIU SO SZE TAI TAM TANG TING TO TONG TSANG TSE TSOI "
    "TSUI WAN WONG WU YAM YAU YEUNG YIP YIU YU YUEN YUNG ZHANG ZHAO ZHOU ZHU "
)
_SURNAMES = frozenset(_COMMON.split())
_SHORTEST_NAME = 3


def qualified(prefix: str, code: str) -> str:
    """``code`` with its owner's code before it, where it does not begin so already.

    A project's code begins with its organisation's and a batch's with its project's: nobody can
    take, or probe for, another organisation's codes.
    """
    return code if code.startswith(f"{prefix}-") else f"{prefix}-{code}"


def code_problems(field: str, code: str, prefix: str = "") -> list[FieldError]:
    """What is wrong with a code, all at once; ``prefix`` is the owner's part, not judged."""
    # The owner's part was judged when the owner was named.
    own = code.removeprefix(f"{prefix}-") if prefix else code
    if not SHAPE.fullmatch(own) or len(code) > LONGEST:
        return [
            FieldError(
                field,
                Message("“{code}” cannot be a code.", code=code[:LONGEST]),
                Message("Use capital letters, digits and hyphens, at most {most}.", most=LONGEST),
            )
        ]
    return [FieldError(field, said, _REMEDY) for said in _resemblances(own)]


_REMEDY = Message("Use a code that only your own key file can resolve, such as B1 or D-0042.")


def _resemblances(own: str) -> list[Message]:
    checks = [
        (_looks_like_identity_card(own), Message("The code looks like an identity card number.")),
        (
            bool(_PHONE.search(own)) and not _has_date(own),
            Message("The code looks like a telephone number."),
        ),
        (bool(_BIRTH.search(own)), Message("The code looks like a date of birth.")),
        (_looks_like_name(own), Message("The code looks like a person's name.")),
        (_has_no_digit(own), Message("The code has no digit, as words and names have none.")),
    ]
    return [said for found, said in checks if found]


def _looks_like_identity_card(own: str) -> bool:
    return bool(_IDENTITY_CARD.search(own))


def _has_date(own: str) -> bool:
    return bool(_BIRTH.search(own)) or bool(re.search(r"(?<![0-9])20[2-9][0-9][01][0-9]", own))


def _looks_like_name(own: str) -> bool:
    # One word is a label (RUN-7); two side by side read as a name.
    words = [part for part in own.split("-") if part.isalpha()]
    if any(word in _SURNAMES for word in words):
        return True
    return sum(len(word) >= _SHORTEST_NAME for word in words) > 1


def _has_no_digit(own: str) -> bool:
    return not any(c.isdigit() for c in own)
