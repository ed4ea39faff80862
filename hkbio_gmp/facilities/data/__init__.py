"""Facility files that come with the product: public facts with sources, the rest demonstration."""
