"""SHA-256 of small data without loading OpenSSL, which takes longer than evaluating a config."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hashlib import sha256 as sha256
else:
    for _name in ("_sha2", "_sha256", "hashlib"):  # Since 3.12, before, and where Python was built without its own.
        try:
            __import__(_name)
        except ImportError:
            continue
        sha256 = sys.modules[_name].sha256
        break
