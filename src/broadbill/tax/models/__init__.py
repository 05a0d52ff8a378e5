from broadbill.tax.models.rate import Category, Rate

__all__ = ["Category", "Rate"]
