"""Started by its file: `python .../crewstream/__main__.py find FOLDER`, `describe` or `run`."""

import os
import sys

if __name__ == "__main__":
    # The package is not installed. Its own folder, which Python 3.10 puts first, would hide modules of the project.
    own = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [*(path for path in sys.path if os.path.abspath(path) != own), os.path.dirname(own)]
    from crewstream.child import main

    main(sys.argv[1:])
