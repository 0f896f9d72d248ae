"""Serve a built site as GitHub Pages would: on loopback, from a folder, and compressed.

with serve(site) as base:
    ...  # base is http://127.0.0.1:PORT/book/
"""

import contextlib
import functools
import gzip
import http.server
import io
import threading
from pathlib import Path

# What GitHub Pages compresses; the rest, such as fonts and pictures, is compressed already.
COMPRESSED = {".css", ".html", ".ipynb", ".js", ".json", ".mjs", ".svg", ".txt", ".wasm", ".xml"}


@functools.cache
def packed(path, changed):
    """Return a file's compressed bytes; `changed` makes a new version of it a new entry."""
    return gzip.compress(Path(path).read_bytes(), compresslevel=6, mtime=0)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder under /book, compressed where that helps, without a word."""

    protocol_version = "HTTP/1.1"
    extensions_map = {  # noqa: RUF012
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def translate_path(self, path):
        return super().translate_path(path.removeprefix("/book"))

    def send_head(self):
        path = Path(self.translate_path(self.path))
        accepted = "gzip" in self.headers.get("Accept-Encoding", "")
        if path.is_dir() and self.path.split("?")[0].endswith("/"):
            path /= "index.html"
        if not (accepted and path.is_file() and path.suffix in COMPRESSED):
            return super().send_head()
        body = packed(str(path), path.stat().st_mtime_ns)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        return io.BytesIO(body)

    def copyfile(self, source, outputfile):
        # A browser that leaves a page stops listening, which is no error.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            super().copyfile(source, outputfile)

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Say nothing: a connection that the browser drops is no news."""


@contextlib.contextmanager
def serve(site):
    """Serve the folder `site` while the block runs; give the address of its first page's folder."""
    server = Server(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/book/"
    finally:
        server.shutdown()
        server.server_close()
