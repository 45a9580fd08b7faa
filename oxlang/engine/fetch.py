"""Downloads: `https:`, `http:` and `file:`, checked by digest, resumed, tried again.

Proxies come from the usual variables (`https_proxy`, `no_proxy`, …), certificates from the system's trust store
(`SSL_CERT_FILE` and `SSL_CERT_DIR` are honoured). A partial download lies in `<cache>/partial` under the digest of
its address, locked while it is written, and goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO

from oxlang.diagnostics.model import OxError, error
from oxlang.engine.cancel import CancelToken
from oxlang.engine.disk import disk_error
from oxlang.engine.store import BlobStore
from oxlang.graph.digest import Digest
from oxlang.graph.nodes import Fetch

_ATTEMPTS = 4
_FIRST_PAUSE_S = 0.5
_TIMEOUT_S = 60.0
_CHUNK_BYTES = 1 << 18
_RETRIED = {408, 425, 429, 500, 502, 503, 504}
_USER_AGENT = "oxlang"

OnProgress = Callable[[int, int], None]
"""Gets the bytes that have come and the total (0 when unknown)."""


def fetch(
    node: Fetch, partial: Path, store: BlobStore, on_progress: OnProgress, cancel: CancelToken
) -> Digest:
    """Downloads into the store. Raises OX0706 when nothing comes, OX0707 when something else comes."""
    if node.url.startswith("file:"):
        path = Path(urllib.request.url2pathname(urllib.parse.urlsplit(node.url).path))
        if not path.is_file():
            raise error("OX0706", f"`{path}` does not exist").at(node.origin)
        return _checked(node, store.put_file(path))
    name = hashlib.sha256(f"{node.url} {node.digest}".encode()).hexdigest()
    try:
        partial.mkdir(parents=True, exist_ok=True)
        place = _lock(partial / name)
        with place:
            if not node.digest:
                place.truncate(0)
            _download(node, place, on_progress, cancel)
            digest = store.put_file(Path(place.name))
            # A wrong download is not kept, or the next attempt would resume it.
            os.unlink(place.name)
    except OSError as problem:
        raise disk_error(problem, "storing a download").at(node.origin) from problem
    return _checked(node, digest)


def _lock(path: Path) -> IO[bytes]:
    """Opens the partial file for appending, alone; a second process gets a file of its own."""
    stream = open(path, "ab")  # noqa: SIM115 - the caller closes it, and with it the lock.
    try:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        pass
    except OSError:
        stream.close()
        return open(path.with_name(f"{path.name}-{os.getpid()}-{os.urandom(4).hex()}"), "ab")
    return stream


def _download(node: Fetch, place: IO[bytes], on_progress: OnProgress, cancel: CancelToken) -> None:
    pause_s = _FIRST_PAUSE_S
    for attempt in range(1, _ATTEMPTS + 1):
        cancel.check()
        try:
            _receive(node.url, place, on_progress, cancel)
            return
        except urllib.error.HTTPError as problem:
            if problem.code == 416:
                # The partial file is longer than the whole: begin anew.
                place.truncate(0)
            elif problem.code not in _RETRIED or attempt == _ATTEMPTS:
                raise _failed(node, f"the server answered {problem.code} {problem.reason}") from problem
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as problem:
            reason = getattr(problem, "reason", problem)
            if attempt == _ATTEMPTS or "CERTIFICATE" in str(reason):
                raise _failed(node, str(reason)) from problem
        except ValueError as problem:
            raise _failed(node, f"it is no address ({problem})") from problem
        cancel.wait(pause_s)
        pause_s *= 2


def _receive(url: str, place: IO[bytes], on_progress: OnProgress, cancel: CancelToken) -> None:
    place.seek(0, os.SEEK_END)
    have = place.tell()
    request = urllib.request.Request(
        _without_user(url), headers={"User-Agent": _USER_AGENT, **_authorization(url)}
    )
    if have:
        request.add_header("Range", f"bytes={have}-")
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:
        if have and answer.status != 206:
            place.truncate(0)
            have = 0
        length = int(answer.headers.get("Content-Length") or 0)
        total = have + length if length else 0
        while chunk := answer.read(_CHUNK_BYTES):
            cancel.check()
            place.write(chunk)
            have += len(chunk)
            on_progress(have, total)
        place.flush()
        if total and have < total:
            raise ConnectionError(f"the connection ended after {have} of {total} bytes")


def _checked(node: Fetch, digest: Digest) -> Digest:
    if node.digest and node.digest.lower() != digest.hash:
        raise error(
            "OX0707",
            f"`{_without_user(node.url)}` gave other content than expected",
            notes=(f"expected SHA-256 {node.digest}", f"received SHA-256 {digest.hash}, {digest.size} bytes"),
        ).at(node.origin)
    return digest


def _failed(node: Fetch, reason: str) -> OxError:
    hint = node.failure
    return error(
        hint.code if hint else "OX0706",
        hint.message if hint else f"`{_without_user(node.url)}` cannot be downloaded: {reason}",
        help=(hint.help if hint else None)
        or "check the network and the proxy variables, then run the command again",
        notes=(reason,) if hint else (),
    ).at(node.origin)


def _without_user(url: str) -> str:
    """The address without a user name or password."""
    try:
        parts = urllib.parse.urlsplit(url)
    except ValueError:  # No address at all.
        return url.rsplit("@", 1)[-1]
    return urllib.parse.urlunsplit(parts._replace(netloc=parts.netloc.rsplit("@", 1)[-1]))


def _authorization(url: str) -> dict[str, str]:
    """The header for the user name and password of an address, if it has any."""
    import base64

    parts = urllib.parse.urlsplit(url)
    if not parts.username:
        return {}
    pair = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
