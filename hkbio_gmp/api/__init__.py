"""JSON over the same services as the pages: tokens, schemas, problem documents, OpenAPI."""

from hkbio_gmp.api.registration import register

__all__ = ["register"]
