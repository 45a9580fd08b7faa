"""The packed resources format (version 3) for scripts: `write`, `read` and their record.

A short name for `oxlang.packaging.packed`, which has the description.
"""

from oxlang.packaging.packed import PackedResource, merge, read, write

__all__ = ["PackedResource", "merge", "read", "write"]
