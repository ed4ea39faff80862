"""Puts the product together, in reading order."""

from __future__ import annotations

from flask import Flask

from hkbio_gmp import api, features, paths, wiring
from hkbio_gmp.config import Settings
from hkbio_gmp.extensions import babel, csrf, db, limiter, login_manager
from hkbio_gmp.kernel import clock
from hkbio_gmp.web import errors, filters, forms, guards, headers, health, language, log, navigation
from hkbio_gmp.work import prepare_engine


def create_app(settings: Settings) -> Flask:
    """Make the application for ``settings``. It neither migrates nor starts the scheduler."""
    app = Flask("hkbio_gmp", template_folder=str(paths.templates()))
    app.config.from_mapping(wiring.flask_config(settings))
    app.extensions["settings"] = settings
    clock.fix_process(settings.fixed_now)
    wiring.trust_proxy(app, settings)

    db.init_app(app)
    login_manager.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    language.init_app(app, babel)
    with app.app_context():
        prepare_engine(db.engine)
    wiring.plug(settings)

    log.follow_requests(app)
    guards.refuse_undeclared(app)
    headers.init_app(app)
    filters.init_app(app)
    forms.init_app(app)
    navigation.init_app(app)
    app.register_blueprint(health.blueprint)
    features.register(app, settings)
    errors.register(app)
    api.register(app)
    return app
