"""Open every page as a slow telephone would: when is its largest part painted, does it jump?

    python web/check_paint.py [_build/html [page ...]]

The line is what Lighthouse calls slow 4G, 1.6 Mb/s and 150 ms for each answer, and the processor a
quarter of this one. The cache is cold, the pages come compressed.

A time depends on who else uses the machine, and they can only add to it. So a page that took too
long is tried again, after longer and longer pauses, and the fastest try counts: a busy moment does
not turn a good page away, and a page that needs longer needs it each time. What a page jumps does
not depend on the machine, and has one try.
"""

import os
import sys
import time
from pathlib import Path

from browser import open_browser
from check_built import toc_pages
from serve import serve

LINE = {"offline": False, "latency": 150, "downloadThroughput": 2e5, "uploadThroughput": 1e5}
SLOWDOWN = 4
LARGEST = 1500  # ms until the largest part of the first view is there
SHIFT = 0.12  # cumulative layout shift: 0.1 is called good, a formula near the top adds to it
PAUSES = (1, 3, 9)  # s before each further try

WATCH = """window.painted = {time: 0, what: "", shift: 0, jumped: []};
new PerformanceObserver(list => list.getEntries().forEach(entry => {
  const words = entry.element?.textContent.trim().slice(0, 40);
  painted.time = entry.startTime;
  painted.what = `${entry.element?.tagName.toLowerCase()} ${words}`;
})).observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => list.getEntries().forEach(entry => {
  painted.shift += entry.value;
  painted.jumped.push(...entry.sources.map(
    ({node}) => `${node?.nodeName.toLowerCase()}.${node?.className ?? ""}`));
})).observe({type: "layout-shift", buffered: true});
"""


def paint(browser, address, width=390, line=LINE):
    """Return what one cold visit saw: the time and name of the largest paint, the jumps."""
    context = browser.new_context(viewport={"width": width, "height": 800})
    context.add_init_script(WATCH)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", line)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    page.goto(address, wait_until="load", timeout=60_000)
    page.evaluate("() => window.MathJax && MathJax.startup.promise")
    page.wait_for_load_state("networkidle", timeout=60_000)
    seen = page.evaluate("() => painted")
    context.close()
    return seen


def check_paint(browser, base, names):
    """Visit the pages; print the slowest; return what is wrong."""
    times, found = {}, []
    for name in names:
        seen = paint(browser, f"{base}{name}.html")
        if seen["shift"] > SHIFT:
            jumped = ", ".join(dict.fromkeys(seen["jumped"]))
            found.append(f"{name}: jumps by {seen['shift']:.2f} while it loads: {jumped}")
        best = seen
        for pause in PAUSES:
            if best["time"] <= LARGEST:
                break
            time.sleep(pause)
            again = paint(browser, f"{base}{name}.html")
            best = min(best, again, key=lambda seen: seen["time"])
        times[name] = best["time"]
        if best["time"] > LARGEST:
            found.append(f"{name}: {best['time']:.0f} ms until it shows {best['what']!r}")
    if found:
        print(f"{os.getloadavg()[0]:.0f} programs want one of {os.cpu_count()} processors")
    slowest = sorted(times, key=times.get, reverse=True)[:3]
    print("largest paint:", ", ".join(f"{name} {times[name]:.0f} ms" for name in slowest))
    return found


def main():
    root = Path(__file__).resolve().parent.parent
    site = Path(sys.argv[1] if len(sys.argv) > 1 else root / "_build/html")
    names = sys.argv[2:] or [*toc_pages(root), "search", "genindex"]
    with open_browser() as browser, serve(site) as base:
        found = check_paint(browser, base, names)
    print(*found, sep="\n", end="\n" if found else "")
    if found:
        sys.exit(f"{len(found)} problems")


if __name__ == "__main__":
    main()
