"""Writers: what a run found, as files that people open."""

from typing import Literal, get_args

CaseForm = Literal["parquet", "csv"]
CASE_FORMS: tuple[CaseForm, ...] = get_args(CaseForm)  # of the files of `writers.case.write_case`
