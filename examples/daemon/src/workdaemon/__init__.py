"""The work that processes do."""

import hashlib
import os


def work(number: int) -> tuple[int, str, int]:
    """Gives the number, a digest of it, and who computed it."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return number, digest[:12], os.getpid()
