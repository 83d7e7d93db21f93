"""The tables of a case and their columns, said once: readers, template, stores and documents all look here.

They are laid out by subject in `schema_chains`, `schema_firms`, `schema_facts` and `schema_region`.
"""

from __future__ import annotations

from chaingraph.model.columns import Table
from chaingraph.model.schema_chains import CHAINS
from chaingraph.model.schema_facts import FACTS
from chaingraph.model.schema_firms import FIRMS
from chaingraph.model.schema_region import REGION

_ALL = (*CHAINS, *FIRMS, *FACTS, *REGION)

TABLES: dict[str, Table] = {each.name: each for each in _ALL}
REQUIRED_TABLES: tuple[str, ...] = tuple(each.name for each in _ALL if each.required)
