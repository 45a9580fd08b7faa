"""The Rust and the Python implementation of packed resources agree: on all fields, and on what is wrong."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections.abc import Callable

import pytest

from oxlang.bundled import bundled_path
from oxlang.packaging.packed import PackedResource, PackedResourcesError, read, write
from tests.packaging.test_packed import EXAMPLE_B, EXAMPLE_C, random_resources

pytestmark = pytest.mark.e2e

MANIFEST = """\
[package]
name = "agree"
version = "0.1.0"
edition = "2021"

[dependencies]
packed-resources = {{ path = "{crates}/packed-resources" }}

[workspace]
"""

# Takes blobs one after the other (u32 length, bytes), and gives for each what writing it again makes, or an empty text.
PROGRAM = """\
use packed_resources::{write, Index, Padding};
use std::io::{Read, Write};

fn again(blob: &[u8], padding: Padding) -> Vec<u8> {
    match Index::parse(blob) {
        Ok(index) => {
            let resources: Vec<_> = index.iter().map(|entry| entry.decode()).collect();
            write(&resources, padding).unwrap_or_default()
        }
        Err(_) => Vec::new(),
    }
}

fn main() {
    let mut input = Vec::new();
    std::io::stdin().read_to_end(&mut input).unwrap();
    let mut out = Vec::new();
    let mut rest = &input[..];
    while rest.len() >= 4 {
        let length = u32::from_le_bytes(rest[..4].try_into().unwrap()) as usize;
        let made = again(&rest[4..4 + length], Padding::None);
        out.extend_from_slice(&(made.len() as u32).to_le_bytes());
        out.extend_from_slice(&made);
        rest = &rest[4 + length..];
    }
    std::io::stdout().write_all(&out).unwrap();
}
"""

Again = Callable[[list[bytes]], list[bytes]]


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Again:
    """Reads blobs with Rust and writes them again; an empty result says that Rust refused one."""
    if shutil.which("cargo") is None:
        pytest.skip("no cargo")
    folder = tmp_path_factory.mktemp("agree")
    (folder / "src").mkdir()
    (folder / "Cargo.toml").write_text(MANIFEST.format(crates=bundled_path("crates")))
    (folder / "src" / "main.rs").write_text(PROGRAM)
    subprocess.run(["cargo", "build", "--offline", "--quiet", "-j2"], cwd=folder, check=True)
    program = folder / "target" / "debug" / "agree"

    def run(blobs: list[bytes]) -> list[bytes]:
        data = b"".join(len(blob).to_bytes(4, "little") + blob for blob in blobs)
        rest = subprocess.run([program], input=data, capture_output=True, check=True).stdout
        found: list[bytes] = []
        while rest:
            length = int.from_bytes(rest[:4], "little")
            found.append(rest[4 : 4 + length])
            rest = rest[4 + length :]
        return found

    return run


def test_packed_rust_python(again: Again) -> None:
    rng = random.Random(5)
    cases = [random_resources(rng, density) for density in (0.1, 0.5, 1.0) for _ in range(100)]
    blobs = [write(case) for case in cases]
    padded = [write(case, padding="null") for case in cases]
    assert again(blobs) == blobs
    assert again(padded) == blobs


def test_packed_rust_python_refuse_the_same(again: Again) -> None:
    blobs: list[bytes] = []
    for example in (EXAMPLE_B, EXAMPLE_C):
        for position in range(len(example)):
            for value in (0, 1, 2, 0x1F, 0xFE, 0xFF):
                changed = bytearray(example)
                changed[position] = value
                blobs.append(bytes(changed))
    for blob, made in zip(blobs, again(blobs), strict=True):
        expected = _python(blob)
        if expected is None:
            assert made == b"", blob.hex()
        else:
            assert made == b"" or read(made) == expected, blob.hex()


def _python(blob: bytes) -> list[PackedResource] | None:
    try:
        return sorted(read(blob), key=lambda one: one.name.encode())
    except PackedResourcesError:
        return None
