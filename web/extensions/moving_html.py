"""A figure that moves, as HTML: title, pictures, controls, words, table; its frames as a script."""

import json
from html import escape


def controls(name, figure):
    """Return the sliders and buttons, asleep until the script wakes them."""
    lines = [f'<fieldset class="moving-controls" disabled="" aria-labelledby="{name}-title">']
    for slider in figure.sliders:
        at, text = f"{name}-{slider.name}", escape(slider.texts[slider.start])
        widest = max(map(len, slider.texts))
        lines += [
            f'<div class="moving-slider"><label for="{at}">{escape(slider.label)}</label>',
            f'<input type="range" id="{at}" min="0" max="{len(slider.texts) - 1}" step="1"'
            f' value="{slider.start}" aria-valuetext="{text}" autocomplete="off" />',
            f'<span id="{at}-text" aria-hidden="true" style="min-width: {widest}ch">{text}</span>',
            "</div>",
        ]
    play = ['<button type="button" class="moving-play">play</button>'] if figure.plays else []
    buttons = [f'<button type="button">{escape(b.label)}</button>' for b in figure.buttons]
    if play + buttons:
        lines += ['<div class="moving-buttons">', *play, *buttons, "</div>"]
    return [*lines, "</fieldset>"]


def head_cell(text):
    """Return a cell of a table's head; an empty one heads nothing."""
    return f'<th scope="col">{escape(text)}</th>' if text else "<td></td>"


def table(name, figure):
    """Return the table, each of whose cells that change has an id."""
    lines = ['<table class="moving-table">', f"<caption>{escape(figure.table.caption)}</caption>"]
    if figure.table.head:
        head = "".join(map(head_cell, figure.table.head))
        lines.append(f"<thead><tr>{head}</tr></thead>")
    lines.append("<tbody>")
    for first, *rest in figure.table.rows:
        cells = [f'<th scope="row">{escape(first)}</th>']
        for cell in rest:
            part, text = (None, cell) if isinstance(cell, str) else cell
            at = f' id="{name}-{part}"' if part else ""
            cells.append(f"<td{at}>{escape(text)}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return [*lines, "</tbody>", "</table>"]


def frames(name, figure):
    """Return the script that holds what `moving.js` needs: all frames.

    They are up to a third of a page's bytes, and the first view has no use for them: so they
    come beside the page, not in it.
    """
    content = {
        "name": name,
        "sliders": [{"name": s.name, "texts": s.texts} for s in figure.sliders],
        "buttons": [{"slider": b.slider, "to": b.to, "by": b.by} for b in figure.buttons],
        "plays": figure.plays,
        "drags": [vars(drag) for drag in figure.drags],
        "words": figure.words,
        "changes": [(change.part, change.what, change.values) for change in figure.changes],
        "data": figure.data,
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f'(window.movingFrames ??= {{}})["{name}"] = {text};\n'


def html(name, figure):
    """Return the figure as HTML, up to its caption."""
    words, longest = figure.words[figure.start], max(figure.words, key=len)
    single = " single" if len(figure.pictures) == 1 else ""
    lines = [
        # the theme makes room for what bears the name "full-width"
        f'<figure class="moving full-width{single}" id="moving-{name}">',
        f'<p class="moving-title" id="{name}-title">{escape(figure.title)}</p>',
        '<div class="moving-pictures">',
        *(picture.svg for picture in figure.pictures),
        "</div>",
        *controls(name, figure),
        '<div class="moving-state">',
        f'<p class="moving-words" data-longest="{escape(longest)}">'
        f'<span id="{name}-words" aria-live="polite">{escape(words)}</span></p>',
        *(table(name, figure) if figure.table else []),
        "</div>",
        "<figcaption>",
    ]
    return "\n".join(lines)
