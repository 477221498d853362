"""What a recipe says: a name, and stages that each use a step with a configuration."""

from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

MOST_STAGES = 50
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=60)]


class StageSpecification(BaseModel):
    """`after` names the stages that must be done before; the one above it, where nothing is said."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    uses: str
    name: Name = ""
    after: list[str] | None = None
    tolerate: float = Field(0.05, ge=0, le=1)
    values: dict[str, Any] = Field(default_factory=dict, alias="with")

    @model_validator(mode="after")
    def _named(self) -> Self:
        return self if self.name else self.model_copy(update={"name": self.uses})


class RecipeSpecification(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    recipe: Name
    summary: str = ""
    max_cost: Decimal | None = Field(None, gt=0, max_digits=12, decimal_places=4)
    stages: list[StageSpecification] = Field(min_length=1, max_length=MOST_STAGES)
