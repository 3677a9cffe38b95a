#!/usr/bin/env bash
# The add-on's tests in another Blender than the environment's: bash tests/addon/on_blender.sh 4.2.23 [pytest arguments]
# Makes a small environment with that bpy and without torch (1 GB, Python 3.11) in $BPY_ENVS; the real worker runs in
# the backend's environment, $ISS_ENV.
set -euo pipefail
cd "$(dirname "$0")/../.."
version="$1"
shift
data="${XDG_DATA_HOME:-$HOME/.local/share}/iss-for-blender"
environment="${BPY_ENVS:-$data/bpy}/$version"
if [[ ! -e "$environment/complete" ]]; then
    "${PYTHON:-python3.11}" -m venv "$environment"
    "$environment/bin/pip" install --quiet "bpy==$version" "numpy<2" pillow pytest
    touch "$environment/complete"
fi
export ISS_TEST_BACKEND_PYTHON="${ISS_TEST_BACKEND_PYTHON:-${ISS_ENV:-$data/env}/bin/python}"
export PYTHONPATH="$PWD"
# tests/conftest.py, and with it these two, imports torch
exec "$environment/bin/python" -P -m pytest -p no:cacheprovider --confcutdir tests/addon \
    --ignore tests/addon/test_worker_real.py --ignore tests/addon/test_learn_with_the_real_worker.py "${@:-tests/addon}"
