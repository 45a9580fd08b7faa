"""SHA-256 of small data without loading OpenSSL, which takes longer than evaluating a config."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hashlib import sha256 as sha256
else:
    # Since 3.12, before, and where Python was built without its own.
    for _name in ("_sha2" if sys.version_info >= (3, 12) else "_sha256", "hashlib"):
        try:
            __import__(_name)
        except ImportError:
            continue
        sha256 = sys.modules[_name].sha256
        break
