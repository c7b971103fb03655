"""The rows of a statement as one value of another: a JSON list of lists, written in each database's own words."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, ScalarSelect, Select, func, select

_WORDS: Mapping[str, tuple[str, str]] = {
    "sqlite": ("json_group_array", "json_array"),
    "postgresql": ("json_agg", "json_build_array"),
}
DIALECTS = tuple(_WORDS)
"""The databases for which statements are built once."""


def as_json(rows: Select[*tuple[Any, ...]], dialect: str) -> ScalarSelect[Any]:
    """All rows in no order, days and hours as ISO text; None or empty where there are none."""
    list_of, row_of = (getattr(func, name) for name in _WORDS[dialect])
    return select(list_of(row_of(*rows.subquery().c), type_=JSON)).scalar_subquery()
