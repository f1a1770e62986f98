"""The ids of all commands, callbacks, actions and blocks, and the events and scopes that the app asks Slack for.

The manifest is generated from this file, and a test compares the routing table with it.
"""

from __future__ import annotations

from dataclasses import dataclass

COMMAND = "/commit"
COMMAND_PLAN = "/plan"

# Shortcuts: one from anywhere, one on a message.
SHORTCUT_NEW = "new_commitment"
SHORTCUT_FROM_MESSAGE = "commitment_from_message"

# Modals.
FORM_NEW = "form.new"
FORM_SEVERAL = "form.several"
FORM_EDIT = "form.edit"
FORM_ANOTHER_ACCOUNT = "form.another_account"
FORM_MOVE = "form.move"
FORM_FINISH_TOGETHER = "form.finish_together"
FORM_MOVE_TOGETHER = "form.move_together"
FORM_BLOCK = "form.block"
FORM_HAND_OVER = "form.hand_over"
FORM_HAND_BACK = "form.hand_back"
FORM_CANCEL = "form.cancel"
FORM_SNOOZE = "form.put_off"
FORM_REDACT = "form.redact"
FORM_COMMENT = "form.comment"
FORM_NEED_UNTIL = "form.need_until"
FORM_HELP = "form.help"
FORM_AWAY = "form.away"
FORM_SETTINGS = "form.settings"
FORM_SECTION = "form.section"
FORM_SECTION_ARCHIVE = "form.section_archive"
FORM_ACCOUNT = "form.account"
FORM_MERGE = "form.merge"
FORM_ARCHIVE = "form.archive"
RECEIPT = "receipt"

# Buttons on an item. The value names the item and the view that shows it (refs.Ref).
DONE = "item.done"
MOVE = "item.move"
BLOCK = "item.block"
UNBLOCK = "item.unblock"
HAND_OVER = "item.hand_over"
CANCEL = "item.cancel"
ACCEPT = "item.accept"
HAND_BACK = "item.hand_back"
UNDO = "item.undo"
UNDO_SEVERAL = "items.undo"
# One form for several commitments of a view. The value is the reference to the view.
FINISH_TOGETHER = "items.finish"
MOVE_TOGETHER = "items.move"
EDIT = "item.edit"
SHARE = "item.share"
SHOW = "item.show"
REOPEN = "item.reopen"
END_SERIES = "item.end_series"
SNOOZE = "item.put_off"
WHY = "item.why"
REDACT = "item.redact"
COMMENT = "item.comment"
NEED_UNTIL = "item.need_until"
ASK = "item.ask"
HELP = "item.help"
FOLLOW = "item.follow"
UNFOLLOW = "item.unfollow"
MORE = "item.more"
CREATE_ACCOUNT = "item.create_account"
CHOOSE_ACCOUNT = "item.choose_account"
ANOTHER_ACCOUNT = "item.another_account"
GIVE = "item.give"

# Buttons about an account. The value names the account and the view that shows it (refs.Ref).
OPEN_ACCOUNT = "account.open"
EDIT_ACCOUNT = "account.edit"
MERGE_ACCOUNT = "account.merge"
ARCHIVE_ACCOUNT = "account.archive"
RESTORE_ACCOUNT = "account.restore"

# Buttons of the sections of an account plan; their reference names the section. The block ids of their forms are the
# names of the section's fields (store/plan).
PLAN_OPEN = "plan.open"
SECTION_OPEN = "section.open"
SECTION_SHOW = "section.show"
SECTION_ADD = "section.add"
SECTION_EDIT = "section.edit"
SECTION_ARCHIVE = "section.archive"
SECTION_RESTORE = "section.restore"
SECTION_PLAN = "section.plan"

# Buttons that turn pages, or open a form or list.
PAGE_OLDER = "page.older"
PAGE_NEWER = "page.newer"
# The tabs of the Home tab, and the menus that choose what one of them shows. The value is the reference to that.
HOME_MINE = "home.mine"
HOME_WAITING = "home.waiting"
HOME_ACCOUNTS = "home.accounts"
HOME_ACCOUNT = "home.account"
HOME_SIDE = "home.side"
HOME_GROUPS = "home.groups"
PAGE_OPEN = "page.open"
PAGE_DONE = "page.done"
PAGE_ALL = "page.all"
OPEN_FORM = "open.form"
# A command that a person probably meant; the value says it.
RUN = "open.command"
OPEN_HELP = "open.help"
# The form for a message: with the person's own line as it was read, or with another message's words.
OPEN_LINE = "open.line"
OPEN_MESSAGE = "open.message"
# A list, from a message.
OPEN_LIST = "open.list"
OPEN_AWAY = "open.away"
OPEN_SETTINGS = "open.settings"
OPEN_ACCOUNTS = "open.accounts"
END_ABSENCE = "away.end"

# Form fields: block id and action id are the same word, which is also LedgerError.field.
ACTION = "action"
OWNER = "owner"
DUE = "due"
ACCOUNT = "account"
STAKEHOLDER = "stakeholder"
SIDE = "side"
SHARING = "sharing"
NOTE = "note"
# … of figures whose order is open: the day, and whether the order shall be remembered
WHICH_DAY = "which_day"
ALWAYS = "always"
REASON = "reason"
# … of one commitment in a form for several, which stand in one block
ROW_OWNER = "row.owner"
ROW_DUE = "row.due"
ROW_ACCOUNT = "row.account"
ROW_SIDE = "row.side"
BLOCKER = "blocker"
WORDS = "comment"
RHYTHM = "rhythm"
HELPERS = "helpers"
UNTIL = "until"
# … of several commitments, ten boxes each
CHOSEN_1 = "chosen_1"
CHOSEN_2 = "chosen_2"
CHOSEN_3 = "chosen_3"
# … of an account, whose lead is its owner
NAME = "name"
COACH = "coach"
CATEGORY = "category"
CHANNEL = "channel"
CURRENCY = "currency"
INTO = "into"
# … of an absence
FIRST_DAY = "first_day"
LAST_DAY = "last_day"
DELEGATE = "delegate"
# … of a person's settings, and of the workspace's
SEND_HOUR = "send_hour"
WEEKDAYS = "weekdays"
HOLIDAYS_REGION = "holidays_region"
DATE_LANGUAGE = "date_language"
RHYTHM = "rhythm"
WORKSPACE_HOUR = "workspace_hour"
WORKSPACE_WEEK = "workspace_week"
WORKSPACE_REGION = "workspace_region"
ESCALATE_A_AFTER = "escalate_a_after"
ESCALATE_AFTER = "escalate_after"
HONOURS_STATUS = "honours_status"
REPLIES_IN_THREADS = "replies_in_threads"
FISCAL_YEAR_START = "fiscal_year_start"
EMOJI = "emoji"

EVENT_HOME_OPENED = "app_home_opened"
EVENT_USER_CHANGED = "user_change"
EVENT_USER_JOINED = "team_join"
EVENT_MESSAGE = "message"
EVENT_MENTION = "app_mention"
EVENT_REACTION = "reaction_added"

BOT_EVENTS = (EVENT_HOME_OPENED, EVENT_USER_JOINED, EVENT_USER_CHANGED)

# The purpose of each scope, as docs/permissions.md gives it too.
SCOPES = {
    "commands": "the commands /commit and /plan, and the shortcuts",
    "chat:write": "briefs, notices and shared items",
    "chat:write.public": "sharing an item in a public channel without being invited first",
    "im:write": "opening the conversation in which a person is reminded",
    "im:history": "making sure that a message of unknown outcome was not posted already",
    "metadata.message:read": "recognising that message by the key it carries",
    "channels:history": "the same, for items and replies in public channels",
    "groups:history": "the same, for items and replies in private channels",
    "channels:read": "knowing whether guests or people of another company read a channel",
    "groups:read": "the same, for private channels",
    "users:read": "names, time zones, and who has left",
}


@dataclass(frozen=True)
class Feature:
    """A part of the app that an admin may leave out: the event that it needs of Slack, and the purpose of each of its
    scopes.
    """

    event: str
    scopes: dict[str, str]


# By the name that `makegood manifest --with` takes. `messages` needs im:history, which the app has in any case.
FEATURES = {
    "messages": Feature("message.im", {}),
    "mentions": Feature(EVENT_MENTION, {"app_mentions:read": "hearing the messages that mention @Makegood"}),
    "reactions": Feature(EVENT_REACTION, {"reactions:read": "seeing the emoji that people add to messages"}),
}

METADATA_EVENT = "makegood_message"
