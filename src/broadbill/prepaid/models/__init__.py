from broadbill.prepaid.models.depletion import Depletion

__all__ = ["Depletion"]
