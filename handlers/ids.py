"""The ids of all commands, callbacks, actions and blocks, and the events and scopes that the app asks Slack for.

The manifest is generated from this file, and a test compares the routing table with it.
"""

from __future__ import annotations

from dataclasses import dataclass

COMMAND = "/commit"
COMMAND_PLAN = "/plan"
COMMAND_REVIEW = "/review"

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
FORM_AGREE = "form.agree"
FORM_CANCEL = "form.cancel"
FORM_SNOOZE = "form.put_off"
FORM_REDACT = "form.redact"
FORM_COMMENT = "form.comment"
FORM_NEED_UNTIL = "form.need_until"
FORM_HELP = "form.help"
FORM_AWAY = "form.away"
FORM_SETTINGS = "form.settings"
FORM_WORKSPACE_SETTINGS = "form.workspace_settings"
FORM_SECTION = "form.section"
FORM_SECTION_ARCHIVE = "form.section_archive"
FORM_PERSON_MERGE = "form.person_merge"
FORM_PERSON_ERASE = "form.person_erase"
FORM_WISH = "form.wish"
FORM_ACCOUNT = "form.account"
FORM_BASIS = "form.basis"
FORM_RESTRICT = "form.restrict"
FORM_MERGE = "form.merge"
FORM_ARCHIVE = "form.archive"
FORM_GRID = "form.grid"
FORM_OFFERING_NEW = "form.offering_new"
FORM_OFFERING = "form.offering"
FORM_OFFERING_ARCHIVE = "form.offering_archive"
FORM_REVIEW = "form.review"
FORM_DIGEST = "form.digest"
FORM_CALL_OFF = "form.call_off"
FORM_VERDICT = "form.verdict"
FORM_VERDICTS = "form.verdicts"
FORM_ANSWERS = "form.answers"
FORM_SCORES = "form.scores"
FORM_CLOSE = "form.close"
FORM_CORRECT = "form.correct"
FORM_LETTER = "form.letter"
FORM_PROPOSAL = "form.proposal"
FORM_CLIENT_SEVERAL = "form.client.several"
RECEIPT = "receipt"

# Buttons on an item. The value names the item and the view that shows it (refs.Ref).
DONE = "item.done"
TO_CLIENT = "item.to_client"
TO_TEAM = "item.to_team"
MOVE = "item.move"
BLOCK = "item.block"
UNBLOCK = "item.unblock"
HAND_OVER = "item.hand_over"
CANCEL = "item.cancel"
ACCEPT = "item.accept"
HAND_BACK = "item.hand_back"
AGREE = "item.agree"
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
EDIT_BASIS = "account.basis"
MAKE_CATEGORY = "account.category"
RESTRICT_ACCOUNT = "account.restrict"
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
# The forms of a part of a row: the relationship plan with a person, and their leaving.
SECTION_RELATIONSHIP = "section.relationship"
SECTION_LEFT = "section.left"
SECTION_MERGE = "section.merge"
SECTION_ERASE = "section.erase"
MEETING_AGREED = "section.agreed"
SECTION_ARCHIVE = "section.archive"
SECTION_RESTORE = "section.restore"
SECTION_PLAN = "section.plan"
PICTURE = "section.picture"
SECTION_STEP = "section.step"
GRID_FILL = "section.fill"
# The plan in a browser: the button that makes a personal link, the link itself, and the end of all sessions.
PLAN_PAGE = "plan.page"
PLAN_PAGE_OPENED = "plan.page_opened"
PLAN_END_SESSIONS = "plan.end_sessions"

# Buttons of reviews. The value names the review and the view that shows it; its `extra` is the account's id.
REVIEW_ALL = "review.all"
REVIEW_OPEN = "review.open"
REVIEW_BOOK = "review.book"
REVIEW_START = "review.start"
DIGEST_CHANGE = "digest.change"
REVIEW_CALL_OFF = "review.call_off"
REVIEW_ITEMS = "review.items"
REVIEW_SEVERAL = "review.several"
REVIEW_ANSWER = "review.answer"
REVIEW_PLAN = "review.plan"
REVIEW_SCORE = "review.score"
REVIEW_CLOSE = "review.close"
REVIEW_MINUTES = "review.minutes"
REVIEW_CORRECT = "review.correct"
# The menu of the verdicts of an item, and the one of them that is not a verdict of its own.
VERDICT = "review.verdict"
LATER = "later"
# … and the entry of the same menu that opens the form of an agreement.
AGREED = "agreed"

# Letters to the client's people. The value of the first names the subject, those of the others a letter (`extra`).
LETTER = "letter.write"
LETTER_SHOW = "letter.show"
LETTER_EDIT = "letter.edit"
LETTER_FILE = "letter.file"
LETTER_PAGE = "letter.page"
LETTER_SENT = "letter.sent"

# A new address of a person's calendar feed, and its end.
CALENDAR_GIVE = "calendar.give"
CALENDAR_END = "calendar.end"
# A commitment or a review as a file for a calendar. And the files for all who owe something after a review.
CALENDAR_ADD = "calendar.add"
CALENDAR_SEND = "calendar.send"

# Buttons of the list of what we sell. The value names the offering and the view that shows it.
OPEN_OFFERINGS = "open.offerings"
OFFERING_NEW = "offering.new"
OFFERING_RENAME = "offering.rename"
OFFERING_ARCHIVE = "offering.archive"
OFFERING_RESTORE = "offering.restore"

# Both sides of an account: the view, and the form that asks the client for something. The value names the account and
# the view that shows the button.
ENERGY_OPEN = "energy.open"
ENERGY_ASK = "energy.ask"

# Buttons that mend a signal: the form for a promise of ours; the plan as it is.
PLAN_PROMISE = "plan.promise"
PLAN_MEETING = "plan.meeting"
PLAN_CONFIRM = "plan.confirm"

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
PAGE_GROUPS = "page.groups"
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
# The form for a part of the workspace's settings; the value names the part.
OPEN_WORKSPACE_SETTINGS = "open.workspace_settings"
OPEN_ACCOUNTS = "open.accounts"
OPEN_OTHERS = "open.others"
OPEN_ARCHIVED = "open.archived"
END_ABSENCE = "away.end"

# The page of one of the client's people, and what they propose there.
CLIENT_PAGE = "client.page"
CLIENT_LINK = "client.link"
CLIENT_END = "client.end"
CLIENT_SEVERAL = "client.several"
CLIENT_PREVIEW = "client.preview"
PROPOSAL_CONFIRM = "proposal.confirm"
PROPOSAL_ANSWER = "proposal.answer"

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
# … of an agreement: the client's person, the way and the day
AGREED_BY = "agreed_by"
AGREED_HOW = "agreed_how"
AGREED_ON = "agreed_on"
# … of one commitment in a form for several, which stand in one block
ROW_OWNER = "row.owner"
ROW_DUE = "row.due"
ROW_ACCOUNT = "row.account"
ROW_SIDE = "row.side"
ROW_RHYTHM = "row.rhythm"
BLOCKER = "blocker"
WORDS = "comment"
RHYTHM = "rhythm"
# … of the thing that we ask the client for, and more words about it
WISH = "wish"
DETAIL = "detail"
SERVES = "serves"
HELPERS = "helpers"
UNTIL = "until"
# … of several commitments, ten boxes each
DAY = "day"
TIME = "time"
OCCASION = "occasion"
PEOPLE = "people"
THEIR_PEOPLE = "their_people"
NOT_BEFORE = "not_before"
PARTS = "parts"
REMARK = "remark"
CALENDARS = "calendars"
SHARED_VERDICT = "verdict"
CHOSEN_1 = "chosen_1"
CHOSEN_2 = "chosen_2"
CHOSEN_3 = "chosen_3"
# … of an account, whose lead is its owner
NAME = "name"
COACH = "coach"
CATEGORY = "category"
CHANNEL = "channel"
CANVAS = "canvas"
CURRENCY = "currency"
INTO = "into"
# … of what we sell: one offering, and several, each in a line
OFFERING = "offering"
OFFERINGS = "offerings"
# … of an opportunity: the menu of the account's objectives. The block has the name of the field.
OBJECTIVE = "objective_row"
# … of a buyer: the menu of the account's opportunities.
OPPORTUNITY = "opportunity_row"
# … of a part of the white space: the unit, and what has each state
UNIT = "unit"
STATE_HAS = "state_has"
STATE_OPEN = "state_open"
STATE_COMPETITOR = "state_competitor"
STATE_NEVER = "state_never"
# … of a section: the action of every menu of the client's people. The block has the name of the field.
CLIENT_PERSON = "client_person"
UNIT = "unit_of_theirs"
CLIENT_PEOPLE = "client_people"
# … of a link: who shares it.
SHARED_WITH = "shared_with"
INTO_PERSON = "into_person"
# … of the basis of its plan; the other block ids are the names of the fields (store/plan/basis.py).
PARENT = "parent"
KIND = "kind"
SPONSOR = "sponsor"
TEAM = "team"
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
# By the category of accounts.
REQUIRED_ROLES = {"A": "roles_a", "B": "roles_b", "C": "roles_c", "D": "roles_d"}
REVIEW_MONTHS = {"A": "review_months_a", "B": "review_months_b", "C": "review_months_c", "D": "review_months_d"}
DIGEST_BEFORE = "digest_before"
EMOJI = "emoji"

# … of a weekly digest
FOR_CLIENT = "for_client"
# … of a letter
LETTER_READER = "letter_reader"
LETTER_LANGUAGE = "letter_language"
LETTER_SUBJECT = "letter_subject"
LETTER_BODY = "letter_body"

EVENT_HOME_OPENED = "app_home_opened"
EVENT_USER_CHANGED = "user_change"
EVENT_USER_JOINED = "team_join"
EVENT_MESSAGE = "message"
EVENT_MENTION = "app_mention"
EVENT_REACTION = "reaction_added"

BOT_EVENTS = (EVENT_HOME_OPENED, EVENT_USER_JOINED, EVENT_USER_CHANGED)

# The purpose of each scope, as docs/permissions.md gives it too.
SCOPES = {
    "commands": "the commands /commit, /plan and /review, and the shortcuts",
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
    """A part of the app that an admin may leave out: the event that it needs of Slack, if any, and the purpose of each
    of its scopes.
    """

    event: str | None
    scopes: dict[str, str]


# By the name that `makegood manifest --with` takes. `messages` needs im:history, which the app has in any case.
FEATURES = {
    "messages": Feature("message.im", {}),
    "mentions": Feature(EVENT_MENTION, {"app_mentions:read": "hearing the messages that mention @Makegood"}),
    "reactions": Feature(EVENT_REACTION, {"reactions:read": "seeing the emoji that people add to messages"}),
    "pictures": Feature(
        None,
        {
            "files:write": "uploading the pictures of an account plan, files for calendars and letters",
            "files:read": "knowing when Slack has read such a picture",
        },
    ),
    "canvas": Feature(
        None,
        {
            "canvases:write": "keeping an account plan in a canvas tab of the account's channel",
            "canvases:read": "finding that canvas again after Slack's answer was lost",
        },
    ),
}

METADATA_EVENT = "makegood_message"
