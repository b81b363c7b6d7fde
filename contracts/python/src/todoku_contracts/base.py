"""What every generated model inherits."""

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """Immutable; fields of a newer minor version are ignored, wrong types refused."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
