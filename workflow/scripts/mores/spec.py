"""The base of all typed settings: what a step is told, and what a user configures."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Settings that belong together. Unknown keys are refused; what stands below a field tells it.

    A description is a docstring, so that its wording makes no result stale.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
