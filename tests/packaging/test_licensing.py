"""The texts in the licence report, and what SPDX says of licences."""

from __future__ import annotations

from oxlang.packaging.licensing import license_document
from oxlang.packaging.spdx import (
    exception_ids,
    full_name,
    is_expression,
    is_fsf_free,
    is_osi_approved,
    license_text,
)


def _document(*expressions: str) -> str:
    return license_document(
        [{"kind": "crate", "name": f"c{number}", "spdx": text} for number, text in enumerate(expressions)]
    )


def test_full_texts_stand_in_the_report() -> None:
    found = _document("MIT OR Apache-2.0", "MIT").partition("SPDX License Texts\n")[2]
    assert found.count("MIT / MIT License") == 1 and found.count("Apache-2.0 / Apache License 2.0") == 1
    assert "Permission is hereby granted, free of charge, to any person obtaining a copy" in found
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in found
    assert found.index("Apache License") < found.index("MIT License")


def test_exceptions_too() -> None:
    found = _document("GPL-2.0-only WITH Classpath-exception-2.0")
    assert "Classpath-exception-2.0 / Classpath-exception-2.0\n-----" in found
    assert exception_ids("(GPL-2.0+ with GCC-exception-2.0) AND MIT") == ["GCC-exception-2.0"]


def test_one_text_of_several_licences_stands_there_once() -> None:
    found = _document("GPL-3.0-only", "GPL-3.0-or-later")
    assert "GPL-3.0-or-later / GNU General Public License v3.0 or later\n    The text is the same as that of" in found


def test_nothing_is_dropped_for_want_of_a_text() -> None:
    found = _document("LicenseRef-Mine", "Nobody-1.0")
    assert "LicenseRef-Mine / LicenseRef-Mine\n    The text is not included here\n" in found
    assert "The text is not included here; see https://spdx.org/licenses/Nobody-1.0.html" in found


def test_facts() -> None:
    assert full_name("BSD-2-Clause") == 'BSD 2-Clause "Simplified" License' and full_name("x") == "x"
    assert is_osi_approved("MIT") and not is_osi_approved("CC0-1.0")
    assert is_fsf_free("BSD-2-Clause") and not is_fsf_free("PSF-2.0")
    assert license_text("Apache-2.0+") == license_text("Apache-2.0")
    assert is_expression("CECILL-2.1 OR NCSA") and not is_expression("BSD") and not is_expression("MIT License")
