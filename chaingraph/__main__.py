"""Where the program begins: ``chaingraph`` and ``python -m chaingraph``.

Loading the command line takes a moment, in which somebody may press Ctrl-C as well as later. So this module loads
nothing itself, and what it says then is what the command line says.
"""

import atexit
import gc
import sys

_YOUNG = (1_000_000, 20, 20)  # objects made before the young, the middle and the old are looked through for garbage


def main() -> int:
    """Run the command line; returns the exit code."""
    # Almost all that a run makes lives to its end. Looking for garbage after every 200,000 objects took a twentieth of
    # the first case's run, which takes 20 MB more for waiting until a million are made.
    gc.set_threshold(*_YOUNG)
    # What is there at the end goes with the process: looking through it once more took another twentieth.
    atexit.register(gc.freeze)
    try:
        from chaingraph.cli.main import main as command_line

        return command_line()
    except KeyboardInterrupt:
        return _interrupted()


def _interrupted() -> int:
    import os
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who presses twice is told once
    from chaingraph.labels import language, text

    said = text("cli.interrupted", language(sys.argv[1:], os.environ.get("CHAINGRAPH_LANG", "")))
    if sys.stderr is not None:
        sys.stderr.write(f"\n{said}\n")  # which shows a substitute for what it cannot show
    return 130  # as `cli.INTERRUPTED`, which may not be loaded


if __name__ == "__main__":
    sys.exit(main())
