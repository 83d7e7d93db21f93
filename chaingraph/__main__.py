"""``python -m chaingraph``: the command line, for where the script is not on the path."""

import sys

from chaingraph.cli import main

sys.exit(main())
