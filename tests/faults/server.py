"""One web process of several: serves the database it is given on a free loopback port, which it prints."""

from __future__ import annotations

import json
import sys

from waitress.server import create_server

from app.bootstrap import create_app


def main() -> None:
    app = create_app(json.loads(sys.argv[1]))
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    sys.stdout.write(f"{server.effective_port}\n")
    sys.stdout.flush()
    server.run()


if __name__ == "__main__":
    main()
