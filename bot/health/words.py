"""The words of `makegood doctor`: findings made from the observations of doctor.py. Nothing is asked here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.slack_connection import REMEDIES
from bot.slack_time import difference
from handlers.ids import FEATURES, SCOPES
from handlers.slack.templates import Broken
from store.rules.text import one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from store import outbox

WELL, PROBLEM, NOTE = "✓", "✗", "!"
OUTBOX_LATE = timedelta(minutes=5)

_REASONS = {
    "channel_not_found": "the channel is gone or the app cannot see it: invite @Makegood there",
    "not_in_channel": "invite @Makegood to the channel",
    "is_archived": "the channel is archived: share it elsewhere",
    "user_disabled": "the person has left: hand their commitments over",
    "messages_tab_disabled": "switch the Messages tab on in the app's settings: use `makegood manifest`",
    "restricted_action": "an admin has restricted who may post there",
}


@dataclass(frozen=True)
class Finding:
    """The result of one check: `mark` is WELL, PROBLEM or NOTE; `advice` is the remedy."""

    mark: str
    words: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.mark} {one_line(self.words)}" + (f"\n  → {one_line(self.advice)}" if self.advice else "")


def has_problem(findings: Iterable[Finding]) -> bool:
    return any(finding.mark == PROBLEM for finding in findings)


def tell_refused(key: str, reason: str) -> Finding:
    """A message that Slack has refused for good."""
    words = f"Slack refused {key} for good: {reason}."
    return Finding(NOTE, words, _REASONS.get(reason.partition(" ")[0], "It is not sent again."))


def tell_troubles(found: outbox.Troubles, now: datetime) -> Iterator[Finding]:
    """The messages that wait because Slack refuses them, and those of a week that were given up, by reason."""
    if found.waits:
        since = f" since {moment(found.since)}" if found.since else ""
        is_late = found.since is not None and now - found.since > OUTBOX_LATE
        words = f"Slack refuses{since} what waits, by reason: {_counted(found.waits)}."
        advice = "; ".join(dict.fromkeys(filter(None, (remedy(reason) for reason in found.waits))))
        again = "Nothing is lost: it is sent once Slack takes it."
        yield Finding(PROBLEM if is_late else NOTE, words, f"{again} To do: {advice}." if advice else again)
    if sum(found.dead.values()) > 1:
        yield Finding(NOTE, f"Within a week these were given up, by reason: {_counted(found.dead)}.")
    if found.opened_anew:
        words = f"Within a week conversations with people were opened anew: {_counted(found.opened_anew)}."
        yield Finding(NOTE, words, "Slack had refused the ones before; the messages came all the same.")


def _counted(reasons: dict[str, int]) -> str:
    return ", ".join(f"{reason} ({number})" for reason, number in reasons.items())


def remedy(reason: str) -> str:
    """The remedy for a reason of Slack's; "" if it takes nothing but time."""
    # The name of a missing permission may follow Slack's error.
    name = reason.partition(" ")[0]
    return REMEDIES.get(name) or _REASONS.get(name, "")


def tell_undecided(message: outbox.Undecided, now: datetime) -> Finding:
    since = f" since {moment(message.since)}" if message.since else ""
    words = (
        f"Nobody knows{since} whether {message.key} reached Slack"
        f" ({message.error or 'its worker was lost'}; attempt {message.attempts})."
    )
    when = (
        "now" if message.looked_up_at is None or message.looked_up_at <= now else f"at {moment(message.looked_up_at)}"
    )
    return Finding(NOTE, words, f"It is looked up in the conversation {when}, before anything is sent again.")


def tell_scopes(granted: str | None) -> Finding:
    if granted is None:
        return Finding(NOTE, "Slack did not say which permissions the bot has.")
    missing = sorted(set(SCOPES) - {scope.strip() for scope in granted.split(",")})
    if not missing:
        return Finding(WELL, f"The bot has every permission it needs ({len(SCOPES)}).")
    words = "The bot lacks " + "; ".join(f"{scope} ({SCOPES[scope]})" for scope in missing) + "."
    return Finding(PROBLEM, words, "Update the app with `makegood manifest`, then install it to the workspace again.")


def tell_features(granted: str | None, chosen: Collection[str] = ()) -> Iterator[Finding]:
    """Which features that need permissions of their own are on. `chosen`: those that the settings ask for."""
    scopes = {scope.strip() for scope in (granted or "").split(",")}
    for name, feature in FEATURES.items():
        if not feature.scopes:
            continue
        if lacking := sorted(set(feature.scopes) - scopes):
            advice = f"To switch it on, update the app with `makegood manifest --with {name}` and install it again."
            mark = PROBLEM if name in chosen else WELL
            yield Finding(mark, f"{name.capitalize()}: off, without {', '.join(lacking)}.", advice)
        else:
            yield Finding(WELL, f"{name.capitalize()}: on.")


def tell_templates(found: Iterable[Broken | str]) -> Iterator[Finding]:
    """The templates of the workspace's own: those that are used, and each that cannot be."""
    used = []
    for one in found:
        if isinstance(one, Broken):
            words = f"The template {one.name} cannot be used: {one.why}."
            yield Finding(PROBLEM, words, "Makegood uses its own meanwhile. See TEMPLATES_DIR.")
        else:
            used.append(one)
    yield Finding(WELL, f"Templates of your own: {', '.join(used) or 'none'}.")


def tell_clock(theirs: datetime | None, now: datetime) -> Finding:
    if theirs is None:
        return Finding(NOTE, "Slack did not say what time it is.")
    words = difference(theirs, now)
    if words is None:
        seconds = round(abs(now - theirs).total_seconds())
        return Finding(WELL, f"This machine's clock agrees with Slack's (within {seconds} s).")
    return Finding(PROBLEM, f"{words}.", "Set it (NTP). Slack's requests are refused from five minutes on.")


def moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
