"""``python -m iss_backend``: the command line."""

import sys

from iss_backend.cli.main import main

sys.exit(main())
