"""The picture of docs/attention.md: how many messages people get in a working week, as an SVG. No library."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.observed import Findings

WIDTH, LEFT, BAR, GAP, TOP = 640, 130, 26, 12, 64
MOST = 430
# Readable on white and on black.
STYLE = """
text { font: 14px system-ui, sans-serif; fill: #1f2937 } .title { font-weight: 600; font-size: 16px }
.bar { fill: #1f6f50 } .back { fill: #ffffff } .quiet { fill: #4b5563 }
@media (prefers-color-scheme: dark) {
  text { fill: #e5e7eb } .bar { fill: #4fb58c } .back { fill: #111827 } .quiet { fill: #9ca3af }
}
"""


def drawn(found: Findings) -> str:
    """The share of all person-weeks at work in which so many messages came."""
    counted = Counter(found.messages)
    all_of_them = sum(counted.values())
    rows = [_row(messages, counted[messages] / all_of_them) for messages in range(max(counted) + 1)]
    height = TOP + len(rows) * (BAR + GAP) + 16
    title = "Messages from Makegood to one person in one working week"
    about = f"{all_of_them:,} person-weeks of simulated time; briefs, notices and digests together"
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{title}">',
        f"<style>{STYLE}</style>",
        f'<rect class="back" width="{WIDTH}" height="{height}" rx="8"/>',
        f'<text class="title" x="20" y="28">{title}</text>',
        f'<text class="quiet" x="20" y="50">{escape(about)}</text>',
        *rows,
        "</svg>",
        "",
    ])  # fmt: skip


def _row(messages: int, share: float) -> str:
    y = TOP + messages * (BAR + GAP)
    words = "none" if messages == 0 else "1 message" if messages == 1 else f"{messages} messages"
    length = max(1.0 if share else 0.0, share * MOST)
    said = f"{share:.1%}" if share == 0 or share >= 0.001 else "&lt; 0.1%"
    return (
        f'<text x="{LEFT - 12}" y="{y + 18}" text-anchor="end">{words}</text>'
        f'<rect class="bar" x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" rx="3"/>'
        f'<text x="{LEFT + length + 8:.1f}" y="{y + 18}">{said}</text>'
    )
