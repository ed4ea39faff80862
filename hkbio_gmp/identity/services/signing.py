"""Electronic signatures: two components each time, tied to one version of one record.

21 CFR 11.50 (name, time, meaning), 11.70 (linked for good), 11.200 (all components at signing).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

import rfc8785
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hkbio_gmp.config import Settings
from hkbio_gmp.identity.models import Person, Signature
from hkbio_gmp.identity.models import SigningProof as ProofRow
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services import lockout, passwords
from hkbio_gmp.identity.services.access import NOWHERE, Client
from hkbio_gmp.kernel import clock
from hkbio_gmp.kernel.actors import Signed
from hkbio_gmp.kernel.errors import FieldError, SignatureRefused
from hkbio_gmp.kernel.ids import new_secret, secret_digest
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.work import Work, next_number, write_unaudited
from hkbio_gmp.work.audited import row_values

VALID_FOR = timedelta(seconds=60)
_FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """What is signed: one version of one record, and the digest of what it says."""

    type: str
    ref: str
    version: int
    digest: str
    log: str
    zone: str
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class SigningProof:
    """A verified password, good once, for 60 seconds, for one person, record and version."""

    secret: str


def record_digest(session: Session, *rows: Any) -> str:
    """SHA-256 (hexadecimal) over the RFC 8785 form of a record's rows, as the log shows them."""
    said = [{"table": row.__tablename__, **row_values(session, row)} for row in rows]
    return hashlib.sha256(rfc8785.dumps(said)).hexdigest()


def prove_password(
    session: Session,
    settings: Settings,
    person_id: int,
    password: str,
    record: SignedRecord,
    client: Client = NOWHERE,
) -> SigningProof:
    """Verify the password before the transaction, because argon2 is slow.

    Raises SignatureRefused for a wrong password, a locked or a disabled account; failures count
    towards the lock.
    """
    person = session.get_one(Person, person_id)
    locked = lockout.locked_now(session, person_id) or not person.active
    if locked or not _right(settings, person, password):
        if not locked:
            lockout.record_failure(settings, person_id, "signature refused", client)
        raise _locked() if locked else _wrong()
    secret = new_secret()
    if not write_unaudited(lambda s: _keep(s, person_id, record, secret)):
        raise _locked()
    return SigningProof(secret)


def _right(settings: Settings, person: Person, password: str) -> bool:
    fits = passwords.matches(person.password_hash, password)
    return fits and passwords.usable(settings, password)


def _keep(session: Session, person_id: int, record: SignedRecord, secret: str) -> bool:
    """Keep the proof, unless the account was locked while the password was verified."""
    guard = lockout.locked_guard(session, person_id)
    if lockout.is_locked(guard):
        return False
    lockout.clear_failures(guard)
    session.execute(delete(ProofRow).where(ProofRow.expires_at < clock.now() - _FORGOTTEN_AFTER))
    session.add(_row(person_id, record, secret))
    return True


def _row(person_id: int, record: SignedRecord, secret: str) -> ProofRow:
    return ProofRow(
        secret_digest=secret_digest(secret),
        person_id=person_id,
        record_type=record.type,
        record_ref=record.ref,
        record_version=record.version,
        record_digest=record.digest,
        expires_at=clock.now() + VALID_FOR,
        used_at=None,
    )


def _locked() -> SignatureRefused:
    return _refused(Message("The account is locked."), Message("Wait, or ask an administrator."))


def _wrong() -> SignatureRefused:
    return _refused(
        Message("The password is wrong."), Message("Enter the password that you sign in with.")
    )


def _refused(said: Message, remedy: Message) -> SignatureRefused:
    return SignatureRefused(said, [FieldError("password", said, remedy)])


def sign(
    work: Work,
    principal: PersonPrincipal,
    proof: SigningProof,
    meaning: str,
    record: SignedRecord,
) -> Signed:
    """Consume the proof and sign ``record`` as it stands in this transaction.

    Raises SignatureRefused where the proof is used up, too old, another person's, or for another
    record, version or content, and where the account was disabled since.
    """
    row = work.session.scalar(
        select(ProofRow)
        .where(ProofRow.secret_digest == secret_digest(proof.secret))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or not _fits(row, work, principal, record):
        raise _refused(
            Message("The signature no longer fits: the record changed or time ran out."),
            Message("Read the record again and sign it again."),
        )
    row.used_at = work.at
    signature = _signature(work, principal, meaning, record)
    work.session.add(signature)
    work.signed = _signed(signature)
    return work.signed


def _fits(row: ProofRow, work: Work, principal: PersonPrincipal, record: SignedRecord) -> bool:
    proved = (row.record_type, row.record_ref, row.record_version, row.record_digest)
    return (
        proved == (record.type, record.ref, record.version, record.digest)
        and row.used_at is None
        and row.person_id == principal.person_id
        and row.expires_at - VALID_FOR <= work.at < row.expires_at
        and work.actor.id == principal.code
        and work.session.get_one(Person, row.person_id).active
    )


def _signature(
    work: Work, principal: PersonPrincipal, meaning: str, record: SignedRecord
) -> Signature:
    return Signature(
        number=f"SIG-{next_number(work.session, 'signature'):06d}",
        person_id=principal.person_id,
        name=principal.name,
        role=work.actor.role,
        meaning=meaning,
        record_type=record.type,
        record_ref=record.ref,
        record_version=record.version,
        record_digest=record.digest,
        log=record.log,
        zone=record.zone,
        organisation=record.organisation,
        at=work.at,
    )


def _signed(signature: Signature) -> Signed:
    return Signed(
        number=signature.number,
        meaning=signature.meaning,
        name=signature.name,
        role=signature.role,
        at=signature.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        zone=signature.zone,
        record={
            "type": signature.record_type,
            "ref": signature.record_ref,
            "version": signature.record_version,
            "digest": signature.record_digest,
        },
    )
