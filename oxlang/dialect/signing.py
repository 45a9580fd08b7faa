"""Code signers: declared, configured and activated as in PyOxidizer.

A signer is a description. Signing itself is not part of oxlang yet: building something that an active signer would sign
gives one warning that names the signer, so that nobody ships an unsigned program unaware.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from oxlang.declare import attribute, function, method, starlark_type
from oxlang.declare.types import literal
from oxlang.diagnostics.model import diagnostic, error
from oxlang.dialect.content import missing, unreadable

if TYPE_CHECKING:
    from oxlang.dialect.context import DialectContext
    from oxlang.dialect.targets import Target

STORES = ("my", "root", "trust", "ca", "userds")
ACTIONS = (
    "file-manifest-install",
    "macos-application-bundle-creation",
    "windows-installer-creation",
    "windows-installer-file-added",
    "python-executable-creation",
)
_STORE_TYPE = {"store": literal(STORES)}


@starlark_type(
    "CodeSigner", origin="tugger",
    obtained=("code_signer_from_pfx_file(path, password)", "code_signer_from_windows_store_auto()"),
)  # fmt: skip
class CodeSigner:
    """Signs programs, bundles and installers once it is activated."""

    label: str
    certificates: list[str]
    time_stamp_server: str | None = None
    callback: Any = None

    @method
    def activate(self, ctx: DialectContext) -> None:
        """Puts the signer into use; signers are asked in the order of their activation.

        Certificates and the time-stamp server that are set later still count, a callback that is set later does not.
        """
        ctx.signers.append((self, self.callback, ctx.span()))

    @method
    def chain_issuer_certificates_pem_file(self, ctx: DialectContext, path: str) -> None:
        """Adds the certificates of a PEM file to those that signatures carry.

        Args:
            path: the file.
        """
        full = ctx.note(ctx.path_from_process(path))
        data = _read(full, path)
        if b"-----BEGIN CERTIFICATE-----" not in data:
            raise error("OX0522", f"`{path}` holds no PEM certificate", argument="path")
        self.certificates.append(full)

    @method(platforms=("macos",))
    def chain_issuer_certificates_macos_keychain(self, ctx: DialectContext) -> None:
        """Adds the certificates of the issuer from the keychain of macOS."""
        if not ctx.build.host.is_macos:
            raise error("OX0522", "certificates can be taken from a keychain on macOS only")
        self.certificates.append("keychain")

    @method
    def set_time_stamp_server(self, url: str) -> None:
        """Sets the server that time stamps are asked of.

        Args:
            url: its address.
        """
        if not url.startswith(("http://", "https://")) or not url.partition("://")[2].strip("/"):
            raise error("OX0522", f"`{url}` is not the address of a time-stamp server", argument="url")
        self.time_stamp_server = url

    @method(effect="mutates", types={"func": "function"})
    def set_signing_callback(self, func: Any) -> None:
        """Sets a function that is asked before each signature; it gets a `CodeSigningRequest`.

        Args:
            func: the function.
        """
        self.callback = func


@starlark_type("CodeSigningRequest", origin="tugger", obtained=("first argument of a signing callback",))
class CodeSigningRequest:
    """Something that is about to be signed."""

    action: str = attribute(enum=ACTIONS, open_enum=True, doc="What happens to it.")
    filename: str = attribute(doc="Name of the file.")
    path: str | None = attribute(doc="Path of the file, None when there is none.")
    defer: bool = attribute(default=False, set="truthy", readable=False, type="any",
                            doc="Leaves the signature to the next signer.")  # fmt: skip
    prevent_signing: bool = attribute(default=False, set="truthy", readable=False, type="any",
                                      doc="Leaves it unsigned.")  # fmt: skip


def warn_unsigned(ctx: DialectContext, target: Target) -> None:
    """Gives one warning for each target that is built while signers are active (OX0529)."""
    if ("unsigned", target.name) in ctx.memo:
        return
    ctx.memo["unsigned", target.name] = True
    labels = ", ".join(dict.fromkeys(signer.label for signer, _, _ in ctx.signers))
    activated = next((span for _, _, span in reversed(ctx.signers) if span is not None), target.span)
    ctx.warn(
        diagnostic(
            "OX0529",
            f"the target `{target.name}` is built unsigned; oxlang cannot sign with {labels}",
            span=activated,
            help="sign the output with the tool of the platform",
        )
    )


def _read(full: str, path: str) -> bytes:
    try:
        with open(full, "rb") as stream:
            return stream.read()
    except FileNotFoundError:
        raise missing(full, path) from None
    except OSError as failure:
        raise unreadable(path, failure) from None


@function("code_signer_from_pfx_file", constructs="CodeSigner")
def code_signer_from_pfx_file(ctx: DialectContext, path: str, password: str) -> CodeSigner:
    """Gives a signer with the key and certificate of a PFX (PKCS #12) file.

    Args:
        path: the file.
        password: its password.
    """
    data = _read(ctx.note(ctx.path_from_process(path)), path)
    # PKCS #12 is a DER sequence whose first element is the version 3 (RFC 7292, section 4).
    if data[:1] != b"\x30" or b"\x02\x01\x03" not in data[:8]:
        raise error("OX0522", f"`{path}` is not a PFX file", argument="path")
    return CodeSigner(certificates=[], label=f"`{os.path.basename(path)}`")


@function("code_signer_from_windows_store_sha1_thumbprint", types=_STORE_TYPE, platforms=("windows",))
def code_signer_from_thumbprint(thumbprint: str, store: str = "my") -> CodeSigner:
    """Gives a signer with a certificate of the Windows store.

    Args:
        thumbprint: SHA-1 of the certificate.
        store: the store it is in.
    """
    return CodeSigner(certificates=[], label=f"the certificate `{thumbprint}` of the Windows store `{store}`")


@function("code_signer_from_windows_store_subject", types=_STORE_TYPE, platforms=("windows",))
def code_signer_from_subject(subject: str, store: str = "my") -> CodeSigner:
    """Gives a signer with a certificate of the Windows store.

    Args:
        subject: a part of the certificate's subject.
        store: the store it is in.
    """
    return CodeSigner(certificates=[], label=f"a certificate of `{subject}` from the Windows store `{store}`")


@function("code_signer_from_windows_store_auto", platforms=("windows",))
def code_signer_from_store() -> CodeSigner:
    """Gives a signer with the best certificate of the Windows store."""
    return CodeSigner(certificates=[], label="the Windows store")


TYPES = (CodeSigner, CodeSigningRequest)
FUNCTIONS = (code_signer_from_pfx_file, code_signer_from_thumbprint, code_signer_from_subject, code_signer_from_store)
