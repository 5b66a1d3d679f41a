"""Reference data that belongs to the configuration, such as a list of regions."""

from __future__ import annotations

from customary.engine.definitions.kinds.demo import RECORDS
from customary.engine.definitions.shapes import LABEL, mapping

SHAPE = mapping("records", {"label": LABEL, "help": LABEL, "records": RECORDS}, required=("records",))
