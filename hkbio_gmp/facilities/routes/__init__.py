"""Pages of facilities, resources, rules, closures, projects and batches."""

from __future__ import annotations

from flask import Flask
from flask_babel import lazy_gettext as _

from hkbio_gmp.audit.words import add_words
from hkbio_gmp.extensions import db
from hkbio_gmp.facilities import queries
from hkbio_gmp.facilities.acts import ACTS, RECORDS
from hkbio_gmp.facilities.queries import catalogue
from hkbio_gmp.facilities.queries import projects as project_queries
from hkbio_gmp.facilities.routes import batches, closures, places, projects, rulebook, templates
from hkbio_gmp.kernel.protocols import Principal
from hkbio_gmp.web.navigation import (
    NavigationItem,
    ScopeChoice,
    add_navigation,
    provide_facilities,
)


def register(app: Flask) -> None:
    """Register the pages, their place in the navigation, and the facility switch."""
    for part in (places, closures, templates, rulebook, projects, batches):
        app.register_blueprint(part.blueprint)
    provide_facilities(choices)
    add_words(ACTS, RECORDS)
    add_navigation(
        NavigationItem(
            "facilities.facilities", _("Facilities"), "building-2", catalogue.READ, "programme", 60
        )
    )
    add_navigation(
        NavigationItem(
            "projects.projects",
            _("Projects"),
            "flask-conical",
            project_queries.READ,
            "programme",
            50,
            count=proposals,
        )
    )


def choices(principal: Principal) -> list[ScopeChoice]:
    """The facilities of the switch: one's own by role, or all for startups and the system."""
    own = principal.facilities(catalogue.READ)
    rows = queries.list_facilities(db.session)
    # Startups hold no facility role and may look at every facility.
    shown = [row for row in rows if not own or row.code in own]
    return [ScopeChoice(row.code, row.name, row.zone) for row in shown]


def proposals(principal: Principal) -> int:
    """How many projects wait for this person's decision."""
    if not principal.may(project_queries.ACCEPT):
        return 0
    rows = queries.list_projects(db.session, principal, status="proposed")
    return sum(principal.may(project_queries.ACCEPT, facility=row.facility.code) for row in rows)
