# Tasks of the project. `just check` is what a change needs before it is committed.

python := env_var_or_default("OXL_DEV_PYTHON", ".venv/bin/python")

# Makes the development environment in .venv.
setup:
    python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --upgrade pip
    .venv/bin/python -m pip install --quiet --editable '.[dev]'

# Format, lint, types, contracts, generated files, quick tests.
check: lint types contracts generated test

# The quick tests: under a minute, without cargo and network.
test *ARGS:
    {{python}} -m pytest -n auto {{ARGS}}

# Builds real programs and runs them; needs cargo, a C compiler and a package registry.
e2e *ARGS:
    {{python}} -m pytest -m "e2e or network" {{ARGS}}

lint:
    {{python}} -m ruff check .

types:
    {{python}} -m mypy

contracts:
    {{python}} -c "from importlinter.cli import lint_imports_command as c; c()"

# Whether the generated files are current.
generated:
    {{python}} scripts/generate.py --check

# Makes the generated files anew.
generate:
    {{python}} scripts/generate.py

# Rewrites the golden files; read the diff like code.
golden:
    OXL_GOLDEN=write {{python}} -m pytest tests || true

# The compatibility matrix with every Python of this machine; writes docs/compatibility-matrix.md.
matrix *ARGS:
    {{python}} scripts/matrix.py {{ARGS}}

# The popular packages, built and used.
wheels *ARGS:
    {{python}} scripts/compatibility.py {{ARGS}}

# Rust: format, clippy, tests of the runtime crates.
crates:
    cd crates && cargo fmt --check && cargo clippy --all-targets -- -D warnings && cargo test

# Rust: AddressSanitizer, fuzzing, lints and licences of dependencies (docs/runtime-safety.md). Takes a while.
sanitize *ARGS:
    {{python}} scripts/sanitize.py {{ARGS}}
