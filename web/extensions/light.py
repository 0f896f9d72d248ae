"""Make the pages light: one style sheet with what is in use, icons in it, scripts that wait.

The theme gives a page eleven style sheets with the rules for two thousand icons, two fonts to draw
twenty of them, and scripts that hold up the first paint. This looks at the finished pages and keeps
what they use. What is left out of the pages stays in `_static`, with its licences.
"""

import base64
import hashlib
import io
import logging
import re
from itertools import chain, repeat
from pathlib import Path

import lightningcss
from fontTools import subset

SHEET = re.compile(r'\s*<link[^>]*href="([./]*)_static/([^"?]+\.css)[^"]*"[^>]*>')
SCRIPT = re.compile(r'\s*<script\b[^>]*\bsrc="[./]*([^"?]+\.js)[^"]*"[^>]*></script>')
PRELOAD = re.compile(r'\s*<link rel="preload" as="script"[^>]*>')
FONT = re.compile(r'url\("?\.\./vendor/([^"?)]+)\.woff2"?\)[^;}]*')
DRAWN = re.compile(r'<img(?=[^>]*\bsrc="[./]*(_images/[^"]+\.svg)")(?![^>]*\bwidth=)')
SIZE = re.compile(r'<svg[^>]*?\bwidth="([\d.]+)pt"[^>]*?\bheight="([\d.]+)pt"')

# Names, punctuation and space have the colour of the code round them, in the light and in the dark:
# eight thousand elements of a chapter that change nothing.
UNCOLOURED = re.compile(r'<span class="(?:n|nn|p|w)">([^<]*)</span>')

# Whoever follows a link into a page, or comes back to where they were, has to land at the right
# height, which is not known before all is laid out. Whoever opens a page at its top has not.
FRESH = """<script>
if (!location.hash && performance.getEntriesByType("navigation")[0]?.type === "navigate")
  document.documentElement.classList.add("fresh");
</script>
"""

# The fonts are on their way before a style sheet asks for them. From a folder on a disk a browser
# would refuse what is asked for in advance, and complain. The italic must not delay the text.
FONT_FIRST = """<script>
if (location.protocol !== "file:")
for (const [face, fetchPriority] of [["regular", "high"], ["bold", "high"], ["italic", "low"]])
  document.head.append(Object.assign(document.createElement("link"), {rel: "preload", as: "font",
  type: "font/woff2", crossOrigin: "", fetchPriority,
  href: `ROOT_static/fonts/charter_${face}.woff2`}));
</script>
"""

# A script that only some pages have a use for, and what those pages hold.
NEEDED = {
    "clipboard.min.js": r'class="highlight',
    "copybutton.js": r'class="highlight',
    "design-tabs.js": r'class="sd-tab',
    "togglebutton.js": r'class="(?=[^"]*\badmonition\b)([^"]* )?dropdown[ "]',
}


def icons(font, used):
    """Return those of the characters `used` that a font has, as an address that holds them."""
    options = subset.Options(flavor="woff")
    loaded = subset.load_font(font, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=used)
    subsetter.subset(loaded)
    file = io.BytesIO()
    subset.save_font(loaded, file, options)
    return f'url(data:font/woff;base64,{base64.b64encode(file.getvalue()).decode()})format("woff")'


def one_sheet(static, names, used):
    """Return the style sheets `names` as one, without the rules for words that are not `used`."""
    entry = static / "light.css"
    entry.write_text("".join(f'@import "./{name}";\n' for name in names), "utf-8")
    whole = lightningcss.bundle_css(str(entry))
    unused = set(re.findall(r"[.#]([\w-]+)", whole)) - used
    light = lightningcss.process_stylesheet(whole, unused_symbols=unused)
    signs = "".join(sorted({sign for sign in light if ord(sign) > 127}))
    return FONT.sub(lambda found: icons(static / f"vendor/{found[1]}.ttf", signs), light)


def wait(page, site):
    """Return a page whose scripts wait until it is read, and on which each has something to do."""
    ordered = []  # scripts that rely on each other, which is what Sphinx expects of the order

    def mend(script):
        tag, file = re.sub(r'\s(async|defer)(="\w*")?', "", script[0].strip()), script[1]
        name = file.rpartition("/")[2]
        if name == "documentation_options.js":  # what comes next relies on it, and it is short
            return f"\n<script>{(site / file).read_text('utf-8')}</script>"
        if "mathjax" in file:
            return "\n" + tag.replace("<script", "<script async", 1)
        if name not in NEEDED or re.search(NEEDED[name], page):
            ordered.append(tag.replace("<script", "<script defer", 1) + "\n")
        return ""

    return SCRIPT.sub(mend, PRELOAD.sub("", page)).replace("</head>", f"{''.join(ordered)}</head>")


def sized(page, site):
    """Return a page that knows the size of its drawings, and loads all but the first when due."""
    loading = chain([""], repeat(' loading="lazy"'))

    def measure(image):
        drawn = SIZE.search((site / image[1]).read_text("utf-8"))
        if not drawn:
            return image[0]
        width, height = (round(float(points) * 4 / 3) for points in drawn.groups())
        return f'<img width="{width}" height="{height}"{next(loading)}'

    return DRAWN.sub(measure, page)


def words_in(site, pages):
    """Return all that may be the name of a class: every word on a page or in a script."""
    scripts = {site / file for page in pages for file in SCRIPT.findall(page)}
    scripts = {path.read_text("utf-8") for path in scripts if "mathjax" not in path.parts}
    return {word for text in (*pages, *scripts) for word in re.findall(r"[\w-]+", text)}


def sheets(light, pages):
    """Return the names of the pages' style sheets, and of those that `light` was made of before."""
    before = light.read_text("utf-8").partition("\n")[0].split()[1:-1] if light.exists() else []
    names = dict.fromkeys([*before, *(name for page in pages for _, name in SHEET.findall(page))])
    return [name for name in names if name != light.name]


def lighten(app, exception):
    """Rewrite the finished pages."""
    if exception or app.builder.name != "html":
        return
    site = Path(app.outdir)
    texts = {path: path.read_text("utf-8") for path in site.rglob("*.html")}
    pages = {path: text for path, text in texts.items() if SHEET.search(text)}
    light = site / "_static/light.css"
    names = sheets(light, pages.values())
    sheet = one_sheet(light.parent, names, words_in(site, pages.values()))
    light.write_text(f"/* {' '.join(names)} */\n{sheet}", "utf-8")
    digest = hashlib.sha256(sheet.encode()).hexdigest()[:8]
    for path, text in pages.items():
        root = SHEET.search(text)[1]
        address = f"{root}_static/light.css?v={digest}"
        font = "\n" + FONT_FIRST.replace("ROOT", root)
        text = text.replace(FRESH, "").replace(font, "")
        text = sized(wait(SHEET.sub("", text), site), site)
        text = UNCOLOURED.sub(r"\1", text)
        # Last in the head, because a script that follows a style sheet waits for it.
        link = f'{FRESH}<link rel="stylesheet" href="{address}">\n</head>'
        text = text.replace("<head>", f"<head>{font}", 1)
        path.write_text(text.replace("</head>", link, 1), "utf-8")


def setup(app):
    """Rewrite the pages after all that mends them, and before what is beside them is built."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it would list every table it cuts
    app.connect("build-finished", lighten, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
