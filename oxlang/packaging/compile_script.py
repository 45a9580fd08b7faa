# mypy: ignore-errors
"""Script that a distribution's own Python runs to compile a batch of modules; not imported by oxlang.

    python -S _oxl_compile.py SOURCES OUTPUT CACHE STRICT

SOURCES is made by `bytecode.compute_sources`: an 8-byte magic, the length of a JSON header, the header (rows of name,
package flag, offset, length, levels, hash) and the texts. OUTPUT has the same layout: header `{"code": [[row, level,
offset, length], …], "problems": [[name, line, message], …]}` and marshalled code objects. Results are kept in CACHE by
name, level and hash of the source, so that a batch in which one module changed compiles one module.

It runs on CPython 3.10 and newer, with `PYTHONHASHSEED=0`: the order of sets of constants depends on it.
"""

import json
import marshal
import os
import sys
import warnings
from hashlib import sha256
from importlib.util import MAGIC_NUMBER

MAGIC_SOURCES = b"oxlsrc01"
MAGIC_CODE = b"oxlcode1"


def compile_one(name, text, level):
    """Marshalled code of a module; the module's name stands in place of a file name."""
    return marshal.dumps(compile(text, name, "exec", dont_inherit=True, optimize=level))


def main(sources, output, cache, strict):
    warnings.simplefilter("ignore")
    with open(sources, "rb") as stream:
        data = stream.read()
    if data[:8] != MAGIC_SOURCES:
        raise SystemExit("not a batch of sources")
    size = int.from_bytes(data[8:16], "little")
    rows = json.loads(data[16 : 16 + size].decode("utf-8", "surrogateescape"))
    start = 16 + size
    tag = f"{sys.implementation.cache_tag}-{MAGIC_NUMBER.hex()}"
    code, problems, parts, offset = [], [], [], 0
    for number, (name, _package, begin, length, levels, digest) in enumerate(rows):
        for level in levels:
            key = sha256(f"{tag}\0{name}\0{level}\0{digest}".encode("utf-8", "surrogateescape")).hexdigest()
            place = os.path.join(cache, key[:2], key[2:])
            try:
                with open(place, "rb") as stream:
                    result = stream.read()
            except OSError:
                text = data[start + begin : start + begin + length]
                try:
                    result = compile_one(name, text, level)
                except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as failure:
                    problems.append(
                        [name, getattr(failure, "lineno", None) or 0, str(getattr(failure, "msg", failure))]
                    )
                    break
                os.makedirs(os.path.dirname(place), exist_ok=True)
                aside = f"{place}.{os.getpid()}"
                with open(aside, "wb") as stream:
                    stream.write(result)
                os.replace(aside, place)
            code.append([number, level, offset, len(result)])
            parts.append(result)
            offset += len(result)
    if problems and strict == "1":
        for name, line, message in problems:
            sys.stderr.write(f"{name}, line {line}: {message}\n")
        raise SystemExit(1)
    header = json.dumps({"code": code, "problems": problems}, separators=(",", ":")).encode()
    with open(output, "wb") as stream:
        stream.write(MAGIC_CODE + len(header).to_bytes(8, "little") + header)
        stream.writelines(parts)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except OSError as failure:
        # Of a full or failing disk its words are enough.
        raise SystemExit(str(failure)) from None
