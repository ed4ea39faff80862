"""Reads what comes in: JSON that says one thing, and each argument once."""

from __future__ import annotations

import json
from typing import Any, NoReturn

import marshmallow as ma
from flask import Request
from flask_smorest import Blueprint
from webargs import missing
from webargs.flaskparser import FlaskParser, abort, is_json_request


class StrictParser(FlaskParser):
    """Refuses with a problem document what Python's own parser would guess at or stumble over."""

    def load_json(self, req: Request, schema: ma.Schema) -> Any:
        """The body as JSON; nothing where it is empty. Refuses other types with 415."""
        body = req.get_data(cache=True)
        if not body:
            return missing
        if not is_json_request(req):
            abort(415, messages={"Content-Type": ["The body's type is not JSON."]})
        try:
            return json.loads(body.decode(), object_pairs_hook=_once, parse_constant=_no_number)
        except RecursionError:
            _refuse("The body is nested too deeply.")
        except UnicodeDecodeError:
            _refuse("The body is not UTF-8.")
        except ValueError as error:
            # of JSON's own errors the place is told; those of ours say all
            _refuse(f"The body is not JSON: {error}.")

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        """The arguments of the address. Raises ValidationError where one comes twice."""
        twice = {name: ["Given twice."] for name, all_of in req.args.lists() if len(all_of) > 1}
        if twice:
            raise ma.ValidationError(twice)
        return super().load_querystring(req, schema)


def _refuse(said: str) -> NoReturn:
    abort(400, messages={"json": [said]})


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name[:60]!r} is given twice")
        found[name] = value
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON's")


class ApiBlueprint(Blueprint):
    """A part of the API."""

    ARGUMENTS_PARSER = StrictParser()
