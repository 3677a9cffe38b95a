"""``python -m iss_backend.worker``: the same as ``python -m iss_backend worker``."""

import sys

from iss_backend.cli.main import main

sys.exit(main(["worker", *sys.argv[1:]]))
