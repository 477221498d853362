"""Addresses of pages that may not be there."""

from typing import Any

from django.urls import NoReverseMatch, reverse


def address_of(page: str, *arguments: Any) -> str:
    """Where the page of this name is; empty where this installation has none."""
    try:
        return reverse(page, args=arguments)
    except NoReverseMatch:
        return ""
