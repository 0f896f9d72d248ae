"""Open pages as a slow telephone would: what must arrive before the first paint, does it jump?

    python web/check_paint.py [_build/html [page ...]]

The bytes that the first paint waits for, and how far a page jumps while it loads, are the same on
every machine. The time of the largest paint is not: it depends on who else uses the processor. So
the best of three visits counts, and where even a page's bare text, without a style sheet or a
script, comes late, that is said instead. The line is what Lighthouse calls slow 4G, 1.6 Mb/s and
150 ms for each answer, the processor a quarter of this one, the cache cold.
"""

import gzip
import re
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urljoin
from urllib.request import Request, urlopen

from browser import open_browser
from check_built import toc_pages
from serve import serve

LINE = {"offline": False, "latency": 150, "downloadThroughput": 2e5, "uploadThroughput": 1e5}
SLOWDOWN = 4
FIRST = 120_000  # bytes: 0.6 s of the line
LARGEST = 1500  # ms until the largest part of the first view is there
BARE = 700  # ms for the bare text: it takes 500 where nothing else runs
VISITS = 3
SHIFT = 0.12  # cumulative layout shift: 0.1 is called good, a formula near the top adds to it

NOTICED = 4_000  # ms for which a slow visit is watched

STYLED = re.compile(r"<script\b.*?</script>|<style\b.*?</style>|<link\b[^>]*>", re.DOTALL)

WATCH = """window.painted = {shift: 0, jumped: []};
new PerformanceObserver(list => list.getEntries().forEach(entry => {
  const words = entry.element?.textContent.trim().slice(0, 40);
  console.debug(`largest|${entry.startTime}|${entry.element?.tagName.toLowerCase()} ${words}`);
})).observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(entry => {
  painted.shift += entry.value;
  painted.jumped.push(...entry.sources.map(
    ({node}) => `${node?.nodeName.toLowerCase()}.${node?.className ?? ""}`));
})).observe({type: "layout-shift", buffered: true});
"""


@contextmanager
def visit(browser, width):
    """Open a page that notices what is painted and what jumps, in a browser with an empty cache."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    context.add_init_script(WATCH)
    yield context.new_page()
    context.close()


def paint(browser, address, width=390, line=LINE):
    """Return when a slow telephone shows the largest part of the first view, and which that is.

    The page itself says so as it happens, because it can be asked no question while MathJax is at
    work: all of a chapter's formulas keep the slow processor busy for half a minute.
    """
    said = ["largest|inf|nothing"]
    with visit(browser, width) as page:
        page.on("console", lambda message: said.append(message.text))
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", line)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        page.goto(address, wait_until="commit", timeout=30_000)
        page.wait_for_timeout(NOTICED)
    last = [text for text in said if text.startswith("largest|")][-1]
    _, time, what = last.split("|", 2)
    return {"time": float(time), "what": what}


def late(browser, site, name, address):
    """Return, in a list, that the largest paint of a page is too late, or an empty list."""
    seen = min((paint(browser, address) for _ in range(VISITS)), key=lambda seen: seen["time"])
    when = f"after {seen['time'] / 1000:.1f} s" if seen["time"] < NOTICED else "not in time"
    print(f"largest paint of {name}: {when}, {seen['what']!r}")
    if seen["time"] <= LARGEST:
        return []
    bare = paint_bare(browser, site / f"{name}.html")
    if bare > BARE:
        print(f"NOT JUDGED: this machine is busy, it needs {bare / 1000:.1f} s for the bare text")
        return []
    return [f"{name}: largest paint {when}, the bare text {bare / 1000:.1f} s"]


def paint_bare(browser, page):
    """Return when the text of a page would be there, without style sheets and scripts."""
    with TemporaryDirectory() as folder:
        text = STYLED.sub("", page.read_text("utf-8"))
        Path(folder, "bare.html").write_text(text, "utf-8")
        with serve(Path(folder)) as base:
            visits = [paint(browser, f"{base}bare.html") for _ in range(VISITS)]
    return min(seen["time"] for seen in visits)


def jumps(browser, address, width=390):
    """Return how much a page jumps until its formulas are typeset, and what jumped."""
    with visit(browser, width) as page:
        page.goto(address, wait_until="load", timeout=30_000)
        page.evaluate("() => window.MathJax && MathJax.startup.promise")
        page.wait_for_load_state("networkidle", timeout=30_000)
        return page.evaluate("() => painted")


def waited_for(address):
    """Return how many bytes, compressed, come before the first paint: the page and its sheets."""

    def fetch(address):
        request = Request(address, headers={"Accept-Encoding": "gzip"})
        with urlopen(request, timeout=30) as reply:
            return reply.read()

    page = fetch(address)
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', gzip.decompress(page).decode())
    return len(page) + sum(len(fetch(urljoin(address, sheet))) for sheet in sheets)


def check_paint(browser, base, site, names):
    """Visit the pages; print the heaviest and some times; return what is wrong."""
    sizes, found = {}, []
    for name in names:
        address = f"{base}{name}.html"
        sizes[name] = waited_for(address)
        if sizes[name] > FIRST:
            found.append(f"{name}: {sizes[name] / 1000:.0f} kB before the first paint")
        seen = jumps(browser, address)
        if seen["shift"] > SHIFT:
            jumped = ", ".join(dict.fromkeys(seen["jumped"]))
            found.append(f"{name}: jumps by {seen['shift']:.2f} while it loads: {jumped}")
    slowest = sorted(sizes, key=sizes.get, reverse=True)[:3]
    listed = ", ".join(f"{name} {sizes[name] / 1000:.0f} kB" for name in slowest)
    print(f"before the first paint: at most {listed}")
    for name in dict.fromkeys([names[0], *slowest]):
        found += late(browser, site, name, f"{base}{name}.html")
    return found


def main():
    root = Path(__file__).resolve().parent.parent
    site = Path(sys.argv[1] if len(sys.argv) > 1 else root / "_build/html")
    names = sys.argv[2:] or [*toc_pages(root), "search", "genindex"]
    with open_browser() as browser, serve(site) as base:
        found = check_paint(browser, base, site, names)
    print(*found, sep="\n", end="\n" if found else "")
    if found:
        sys.exit(f"{len(found)} problems")


if __name__ == "__main__":
    main()
