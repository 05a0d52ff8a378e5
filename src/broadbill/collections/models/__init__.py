from broadbill.collections.models.dunning import (
    DunningPolicy,
    Episode,
    KindPolicy,
    Promise,
    Standing,
    StepTaken,
)

__all__ = ["DunningPolicy", "Episode", "KindPolicy", "Promise", "Standing", "StepTaken"]
