"""The contract's demonstration accounts. None of them can exist in production."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from argon2 import PasswordHasher

from hkbio_gmp.identity.models import Grant
from hkbio_gmp.identity.rules.permissions import ScopeKind
from hkbio_gmp.identity.services import add_organisation, add_person, ensure_scope
from hkbio_gmp.identity.services.accounts import confirmed_grant
from hkbio_gmp.work import Work

PASSWORD = "demonstration-only"  # noqa: S105 - public by contract
STARTUPS = ("STARTUP-A", "STARTUP-B", "STARTUP-C")
SITES = ("LCT", "CUHK")
ACCOUNTS_TEXT = f"""\
demonstration accounts, all with the password {PASSWORD}:
  requester@startup-a.example   admin@startup-b.example      (startups a, b, c)
  manager@lct.example           quality@lct.example          (lct, cuhk)
  operator@lct.example          auditor@lct.example          (lct, cuhk)
  programme@hkstp.example       admin@system.example"""

_AT_STARTUP = (
    ("requester", "Requester", "requester"),
    ("admin", "Admin", "organisation_admin"),
    ("operator1", "Operator 1", None),
    ("operator2", "Operator 2", None),
    ("operator3", "Operator 3", None),
    ("operator4", "Operator 4", None),
)
_AT_SITE = (
    ("operator", "Operator", "operator"),
    ("second-operator", "Second operator", "operator"),
    ("manager", "Manager", "facility_manager"),
    ("deputy", "Deputy manager", "facility_manager"),
    ("quality", "Quality", "quality"),
    ("second-quality", "Second quality", "quality"),
    ("ap", "Authorized Person", "authorized_person"),
    ("auditor", "Auditor", "auditor"),
)


@dataclass(frozen=True, slots=True)
class Account:
    """One demonstration account."""

    email: str
    name: str
    role: str | None
    scope_kind: ScopeKind
    scope: str


def accounts() -> list[Account]:
    """Every account of the contract."""
    found = []
    for code in STARTUPS:
        letter, domain = code[-1], f"{code.lower()}.example"
        found += [
            Account(f"{who}@{domain}", f"{name} {letter}", role, ScopeKind.ORGANISATION, code)
            for who, name, role in _AT_STARTUP
        ]
    for code in SITES:
        found += [
            Account(
                f"{who}@{code.lower()}.example", f"{name} {code}", role, ScopeKind.FACILITY, code
            )
            for who, name, role in _AT_SITE
        ]
    found.append(
        Account("programme@hkstp.example", "Programme", "programme", ScopeKind.SYSTEM, "SYSTEM")
    )
    found.append(
        Account("admin@system.example", "Administrator", "admin", ScopeKind.SYSTEM, "SYSTEM")
    )
    return found


def add_accounts(work: Work) -> int:
    """Add organisations, people and their roles; returns how many people."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    for code in STARTUPS:
        letter = code[-1]
        add_organisation(work, code, f"Startup {letter}", f"初創公司{letter}", demonstration=True)
    everybody = accounts()
    for account in everybody:
        own = account.scope if account.scope_kind is ScopeKind.ORGANISATION else None
        person = add_person(
            work, account.email, account.name, password_hash=cheap, organisation=own
        )
        scope = ensure_scope(work, account.scope_kind, account.scope)
        role = account.role or "requester"
        grant: Grant = confirmed_grant(work, person, role, scope)
        if role == "auditor":
            grant.ends = work.at + timedelta(days=400)
    return len(everybody)
