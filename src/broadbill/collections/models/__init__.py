from broadbill.collections.models.dunning import DunningPolicy, Episode, Promise, Standing, StepTaken

__all__ = ["DunningPolicy", "Episode", "Promise", "Standing", "StepTaken"]
