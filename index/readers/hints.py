"""What to do about files that several readers cannot read."""

from __future__ import annotations

OCR_HINT = "have its text recognised: install Tesseract and add --ocr"
