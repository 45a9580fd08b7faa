"""One file with well-known extension modules, which writes nothing; and the same where the system refuses memory files."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import Oxl

pytestmark = [pytest.mark.e2e, pytest.mark.network, pytest.mark.xdist_group("packages")]

CONFIG = """
PACKAGES = ["numpy", "pydantic-core", "cryptography", "lxml", "pillow", "orjson", "grpcio"]

def make_exe():
    dist = default_python_distribution()
    policy = dist.make_python_packaging_policy()
    policy.allow_in_memory_shared_library_loading = True
    config = dist.make_python_interpreter_config()
    config.run_module = "use_them"
    exe = dist.to_python_executable(name = "one", packaging_policy = policy, config = config)
    exe.add_python_resources(exe.pip_install(PACKAGES))
    exe.add_python_resources(exe.read_package_root(CWD, ["use_them"]))
    exe.licenses_filename = None
    return exe

register_target("exe", make_exe)
resolve_targets()
"""

# What each package does with its native part; then which libraries are mapped that belong to no system.
PROGRAM = """
import io
from concurrent import futures

import grpc
import lxml.etree
import numpy
import orjson
import pydantic_core
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from PIL import Image

assert numpy.linalg.inv(numpy.array([[2.0, 0], [0, 4]])).tolist() == [[0.5, 0], [0, 0.25]]
assert numpy.fft.fft([1, 0, 0, 0]).real.tolist() == [1, 1, 1, 1]
assert numpy.random.default_rng(1).integers(10, size=3).shape == (3,)
schema = pydantic_core.SchemaValidator(pydantic_core.core_schema.int_schema())
assert schema.validate_python("7") == 7
cipher = AESGCM(AESGCM.generate_key(128))
assert cipher.decrypt(b"0" * 12, cipher.encrypt(b"0" * 12, b"x", None), None) == b"x"
assert lxml.etree.fromstring("<a><b/></a>").xpath("count(//b)") == 1.0
picture = io.BytesIO()
Image.new("RGB", (4, 4), "red").save(picture, "JPEG")
assert Image.open(io.BytesIO(picture.getvalue())).size == (4, 4)
assert orjson.loads(orjson.dumps({"a": 1})) == {"a": 1}
server = grpc.server(futures.ThreadPoolExecutor(1))
handler = grpc.unary_unary_rpc_method_handler(lambda request, context: request + b"!")
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("s", {"m": handler}),))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
    assert channel.unary_unary("/s/m")(b"hi", timeout=20) == b"hi!"
server.stop(None)
with open("/proc/self/maps") as maps:
    mapped = {line.split(None, 5)[5].strip() for line in maps if len(line.split()) > 5}
memory = [one for one in mapped if one.startswith("/memfd:")]
cached = [one for one in mapped if "/oxlang/libraries/" in one]
print("memory" if len(memory) > 30 and not cached else "cache" if len(cached) > 30 and not memory else (memory, cached))
"""

# Runs a program whose calls of memfd_create fail, as under a seccomp filter of a container.
REFUSE = """
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int count, char **arguments) {
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_memfd_create, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {4, rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) return 99;
    execv(arguments[1], arguments + 1);
    return 98;
}
"""


@pytest.fixture(scope="module")
def program(oxl: Oxl, triple: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program alone in a folder."""
    project = tmp_path_factory.mktemp("one")
    (project / "pyoxidizer.bzl").write_text(CONFIG)
    (project / "use_them.py").write_text(PROGRAM)
    told = oxl("build", cwd=project).stderr
    assert "extension modules load from memory" in told
    built = project / "build" / triple / "debug" / "exe"
    assert [path.name for path in built.iterdir()] == ["one"]
    alone = tmp_path_factory.mktemp("alone") / "one"
    shutil.copy(built / "one", alone)
    return alone


def _run(command: list[str | Path], home: Path) -> str:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    done = subprocess.run(command, text=True, capture_output=True, env=environment, cwd=home, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _can_unshare(*options: str) -> bool:
    return subprocess.run(["unshare", *options, "true"], capture_output=True).returncode == 0


def test_one_file_on_a_read_only_system(program: Path, tmp_path: Path) -> None:
    if not _can_unshare("-rm"):
        pytest.skip("this machine lets nobody make namespaces")
    script = "mount -o remount,bind,ro / && ! touch \"$HOME/x\" 2>/dev/null && exec \"$0\""
    assert _run(["unshare", "-rm", "sh", "-c", script, program], tmp_path) == "memory\n"
    assert not list(tmp_path.iterdir())


def test_where_memory_files_must_not_be_programs(program: Path, tmp_path: Path) -> None:
    if not _can_unshare("-rpf", "--mount-proc"):
        pytest.skip("this machine lets nobody make namespaces")
    if not Path("/proc/sys/vm/memfd_noexec").exists():
        pytest.skip("this kernel has no vm.memfd_noexec")
    script = "echo 2 > /proc/sys/vm/memfd_noexec && exec \"$0\""
    assert _run(["unshare", "-rpf", "--mount-proc", "sh", "-c", script, program], tmp_path) == "memory\n"


def test_where_memory_files_are_refused(program: Path, tmp_path: Path) -> None:
    if shutil.which("cc") is None:
        pytest.skip("no C compiler on this machine")
    refuse = tmp_path / "refuse"
    (tmp_path / "refuse.c").write_text(REFUSE)
    subprocess.run(["cc", "-o", refuse, tmp_path / "refuse.c"], check=True, capture_output=True)
    home = tmp_path / "home"
    home.mkdir()
    assert _run([refuse, program], home) == "cache\n"
    written = {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}
    assert len(written) > 30 and all(path.is_relative_to(home / ".cache/oxlang/libraries") for path in written)
    assert (home / ".cache/oxlang").stat().st_mode & 0o077 == 0
    # A second start finds them.
    assert _run([refuse, program], home) == "cache\n"
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()} == written
    # A file that somebody has changed is not loaded.
    victim = next(path for path in sorted(written) if "numpy" in path.name)
    victim.write_bytes(b"changed")
    assert _run([refuse, program], home) == "cache\n"
    assert victim.stat().st_size > 1000
