from broadbill.imports.models.upload import Progress, RowProblem, Upload, UploadPart

__all__ = ["Progress", "RowProblem", "Upload", "UploadPart"]
