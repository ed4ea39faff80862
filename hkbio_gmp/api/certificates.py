"""Certificates: submitting, reading, deciding."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, jsonify

from hkbio_gmp.api import commands, paging, records
from hkbio_gmp.api.guards import principal, requires
from hkbio_gmp.api.parsing import ApiBlueprint
from hkbio_gmp.api.schemas import CertificateArgs, CertificateBody, TransitionBody
from hkbio_gmp.api.shapes import page_of
from hkbio_gmp.certification import queries, services
from hkbio_gmp.certification.lifecycle import CERTIFICATES, PAST
from hkbio_gmp.certification.models import Certificate
from hkbio_gmp.certification.services import Submission
from hkbio_gmp.extensions import db
from hkbio_gmp.identity.services.signing import prove_password
from hkbio_gmp.kernel.errors import FieldError, NotAllowed, NotValid
from hkbio_gmp.kernel.messages import Message

blueprint = ApiBlueprint("api_certificates", __name__, description="Certificates")
SUBMIT = "certification:certificate:submit"


def certificate_json(row: Certificate) -> dict[str, Any]:
    """A certificate as the contract shows it."""
    line = queries.line_of(row)
    return {
        "reference": row.reference,
        "kind": row.kind.code,
        "facility": row.facility.code if row.facility else None,
        "subject": {"type": row.subject_type, "code": row.subject_code},
        "number": row.number,
        "issuer": row.issuer,
        "issued_on": row.issued_on.isoformat(),
        "valid_from": row.valid_from.isoformat(),
        "valid_until": row.valid_until.isoformat(),
        "status": line.status,
        "days_left": line.days_left,
        "version": row.version,
    }


@blueprint.get("/certificates")
@requires(queries.READ)
@blueprint.arguments(CertificateArgs, location="query")
@blueprint.response(200, page_of(records.Certificate))
def certificates(args: dict[str, Any]) -> Response:
    """Certificates within reach, what lapses first on top."""
    wanted = queries.CertificateFilter(
        facility=args.get("facility"),
        kind=args.get("kind"),
        status=args.get("status"),
        subject_code=args.get("subject"),
        after=paging.day_and_number_of(args.get("cursor")),
        limit=args["limit"],
    )
    rows = [line.certificate for line in queries.list_certificates(db.session, principal(), wanted)]
    key = lambda row: [row.valid_until.isoformat(), row.id]  # noqa: E731
    return jsonify(paging.page(rows, args["limit"], certificate_json, key))


@blueprint.post("/certificates")
@requires(SUBMIT)
@blueprint.arguments(CertificateBody)
@blueprint.response(201, records.Certificate)
def submit(body: dict[str, Any]) -> Response:
    """Submit a certificate; it counts once quality has verified it."""
    who = principal()
    subject = body.pop("subject")
    given = Submission(subject_type=subject["type"], subject_code=subject["code"], **body)
    made = commands.run(
        who.acting_for(SUBMIT, facility=given.facility),
        "certification:certificate:submitted",
        None,
        lambda work: certificate_json(services.submit_certificate(work, who, given)),
    )
    return commands.answer(made, 201, f"/api/v1/certificates/{made['reference']}")


@blueprint.get("/certificates/<reference>")
@requires(queries.READ)
@blueprint.response(200, records.Certificate)
def certificate(reference: str) -> Response:
    """One certificate."""
    row = queries.get_certificate(db.session, principal(), reference)
    return commands.answer(certificate_json(row))


@blueprint.post("/certificates/<reference>/transitions")
@requires(queries.READ)
@blueprint.arguments(TransitionBody)
@blueprint.response(200, records.Certificate)
def transition(body: dict[str, Any], reference: str) -> Response:
    """Quality's signed decision."""
    who, verb = principal(), body["action"]
    row = queries.get_certificate(db.session, who, reference)
    commands.check_match(row.version)
    _check_verb(verb)
    permission = f"certification:certificate:{verb}"
    facility = row.facility.code if row.facility else None
    if not who.may(permission, facility=facility):
        raise NotAllowed(
            Message("Your roles do not include this. It needs: {need}.", need=permission)
        )
    given = body.get("signature")
    if given is None:
        said = Message("This action is signed.")
        remedy = Message("Send signature with your password.")
        raise NotValid(said, [FieldError("signature", said, remedy)])
    record, version = services.signed_record(db.session, row), row.version
    settings = current_app.extensions["settings"]
    proof = prove_password(db.session, settings, who.person_id, given["password"], record)
    made = commands.run(
        who.acting_for(permission, facility=facility),
        f"certification:certificate:{PAST[verb]}",
        body["reason"],
        lambda work: certificate_json(
            services.decide_certificate(work, who, reference, verb, proof, version)
        ),
    )
    return commands.answer(made)


def _check_verb(verb: str) -> None:
    if verb not in CERTIFICATES.verbs:
        said = Message("There is no action {verb}.", verb=verb)
        known = ", ".join(sorted(CERTIFICATES.verbs))
        remedy = Message("Use one of: {known}. Renew by submitting with renews.", known=known)
        raise NotValid(said, [FieldError("action", said, remedy)])
