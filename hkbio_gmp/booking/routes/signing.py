"""Approving with a signature: the password is proved before the transaction."""

from __future__ import annotations

from collections.abc import Callable

from hkbio_gmp import work
from hkbio_gmp.booking.forms import VersionedForm
from hkbio_gmp.booking.models import Booking
from hkbio_gmp.booking.services import approve_booking, countersign_booking, signed_record
from hkbio_gmp.config import Settings
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities.routes.people import who
from hkbio_gmp.identity.rules.grants import PersonPrincipal
from hkbio_gmp.identity.services.signing import SigningProof, prove_password
from hkbio_gmp.kernel.errors import Stale
from hkbio_gmp.kernel.messages import Message
from hkbio_gmp.web.forms import SignForm
from hkbio_gmp.work import Work

Signed = Callable[[Work, PersonPrincipal, str, SigningProof, int], Booking]
STALE = Message("The booking has changed since you read it. Read it again, then decide.")


class ApproveForm(VersionedForm, SignForm):
    """The password again, the version that was read, and a reason where there are warnings."""


def proof_for(booking: Booking, form: SignForm, settings: Settings) -> SigningProof:
    """Prove the password for the booking as it stands. Raises SignatureRefused."""
    record = signed_record(db.session, booking)
    return prove_password(db.session, settings, who().person_id, form.password.data or "", record)


def approve_signed(
    booking: Booking, form: SignForm, settings: Settings, version: int | None = None
) -> None:
    """Approve one request. Raises Stale where another version was read, and what the service does.

    ``version`` is what the person read; left out, the form's.
    """
    _run(booking, form, settings, ("approve", "approved", approve_booking), version)


def countersign_signed(booking: Booking, form: SignForm, settings: Settings) -> None:
    """Countersign one booking. Raises Stale, and what the service does."""
    _run(booking, form, settings, ("countersign", "countersigned", countersign_booking))


def _run(
    booking: Booking,
    form: SignForm,
    settings: Settings,
    act: tuple[str, str, Signed],
    version: int | None = None,
) -> None:
    verb, past, command = act
    read = version if version is not None else getattr(form, "read_version", None)
    if read != booking.version:
        raise Stale(STALE)
    person, reference = who(), booking.reference
    actor = person.acting_for(f"booking:slot:{verb}", facility=booking.facility.code)
    proof = proof_for(booking, form, settings)
    work.run(
        actor,
        f"booking:slot:{past}",
        form.reason.data or None,
        lambda unit: command(unit, person, reference, proof, read).reference,
    )
