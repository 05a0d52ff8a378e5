from broadbill.collections.models.dunning import (
    DunningPolicy,
    Episode,
    KindPolicy,
    Promise,
    Standing,
    StepTaken,
)
from broadbill.collections.models.interest import InterestCharge, ReferenceRate

__all__ = ["DunningPolicy", "Episode", "InterestCharge", "KindPolicy", "Promise", "ReferenceRate", "Standing",
           "StepTaken"]  # fmt: skip
