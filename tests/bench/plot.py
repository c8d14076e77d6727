# SPDX-License-Identifier: Apache-2.0
"""Lines over time as SVG, without a library."""
import html

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 900, 420, 60, 50, 20, 110
COLORS = ["#1b6ca8", "#c44536", "#2d8659", "#8a5a9e"]


def nice(value):
    """The next 1, 2 or 5 times a power of ten."""
    size = 10 ** (len(str(int(max(value, 1)))) - 1)
    return next(size * step for step in (1, 2, 5, 10) if size * step >= value)


def lines(title, x_unit, y_unit, series):
    """SERIES: {name: [(x, y)]}."""
    points = [point for line in series.values() for point in line] or [(1, 1)]
    most_x, most_y = max(x for x, _ in points), nice(max(y for _, y in points))
    span_x, span_y = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def at(x, y):
        return f"{LEFT + x / most_x * span_x:.1f},{HEIGHT - BOTTOM - y / most_y * span_y:.1f}"
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/><text x="{LEFT}" y="28" font-size="16">{html.escape(title)}</text>']
    for part in range(5):
        x, y = most_x * part / 4, most_y * part / 4
        left, below = at(0, y).split(","), at(x, 0).split(",")
        out.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{left[1]}" y2="{left[1]}" stroke="#ddd"/>'
                   f'<text x="{LEFT - 8}" y="{float(left[1]) + 4:.1f}" text-anchor="end">{y:g} {y_unit}</text>'
                   f'<text x="{below[0]}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{x:.0f} {x_unit}</text>')
    for number, (name, line) in enumerate(series.items()):
        color = COLORS[number % len(COLORS)]
        y = HEIGHT - BOTTOM + 45 + number * 17
        out.append(f'<polyline fill="none" stroke="{color}" stroke-width="1.5" points="{" ".join(at(*point) for point in line)}"/>'
                   f'<rect x="{LEFT}" y="{y - 9}" width="18" height="3" fill="{color}"/><text x="{LEFT + 26}" y="{y}">{html.escape(name)}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"
