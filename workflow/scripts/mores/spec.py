"""The base of all typed settings: what a step is told, and what a user configures."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

LONGEST_PATH, LONGEST_PART = 1024, 255  # what Linux takes, and a little less


class Section(BaseModel):
    """Settings that belong together. Unknown keys are refused; what stands below a field tells it.

    What tells a field is a docstring, so that its wording makes no result stale; only
    make_config_schema.py reads it. Numbers are finite, and `true` is no 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, given: Any) -> Any:
        for name, value in given.items() if isinstance(given, dict) else ():
            field = cls.model_fields.get(name)
            if isinstance(value, bool) and field and field.annotation in NUMBERS:
                raise ValueError(f"{name}: a number is wanted, not {str(value).lower()}")
        return given


NUMBERS = (int, float, int | None, float | None)


def is_path(text: str) -> bool:
    """Whether a file could be called so: short, and without control characters."""
    parts = max(len(part.encode(errors="replace")) for part in text.split("/"))
    return text.isprintable() and len(text) <= LONGEST_PATH and parts <= LONGEST_PART


def _path(text: str) -> str:
    if not is_path(text):
        raise ValueError(
            f"no file can be called so: a path has at most {LONGEST_PATH} characters, "
            f"{LONGEST_PART} between its slashes, and none that cannot be seen"
        )
    return text


PathText = Annotated[str, AfterValidator(_path)]
"""The path of a file or folder."""
Seed = Annotated[int, Field(ge=0, lt=2**32)]
"""What random draws begin with: as large as NumPy and PyTorch both take."""
