"""Limits of Block Kit, messages and views, from Slack's public documentation (docs.slack.dev).

Each group names the page that states it. Lengths count characters (code points).
"""

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

# "Text object" and "Blocks" (the field block_id).
TEXT_MAX_LENGTH: Final = 3000
BLOCK_ID_MAX_LENGTH: Final = 255
ACTION_ID_MAX_LENGTH: Final = 255

# "Confirmation dialog object".
CONFIRMATION_TITLE_MAX_LENGTH: Final = 100
CONFIRMATION_TEXT_MAX_LENGTH: Final = 300
CONFIRMATION_CONFIRM_MAX_LENGTH: Final = 30
CONFIRMATION_DENY_MAX_LENGTH: Final = 30

# "Option object" and "Option group object".
OPTION_TEXT_MAX_LENGTH: Final = 75
OPTION_VALUE_MAX_LENGTH: Final = 150
OPTION_DESCRIPTION_MAX_LENGTH: Final = 75
OPTION_URL_MAX_LENGTH: Final = 3000
OPTION_GROUP_LABEL_MAX_LENGTH: Final = 75
OPTION_GROUP_OPTIONS_MAX_ITEMS: Final = 100

# "Button element" and "Workflow button element".
BUTTON_TEXT_MAX_LENGTH: Final = 75
BUTTON_URL_MAX_LENGTH: Final = 3000
BUTTON_VALUE_MAX_LENGTH: Final = 2000
BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH: Final = 75
BUTTON_AGENT_PROMPT_MAX_LENGTH: Final = 4000
WORKFLOW_BUTTON_TEXT_MAX_LENGTH: Final = 75

# "Select menu element" and "Overflow menu element".
SELECT_PLACEHOLDER_MAX_LENGTH: Final = 150
SELECT_OPTIONS_MAX_ITEMS: Final = 100
SELECT_OPTION_GROUPS_MAX_ITEMS: Final = 100
OVERFLOW_OPTIONS_MAX_ITEMS: Final = 5

# "Checkboxes element", "Radio button group element" and "File input element".
CHECKBOXES_OPTIONS_MAX_ITEMS: Final = 10
RADIO_BUTTONS_OPTIONS_MAX_ITEMS: Final = 10
FILE_INPUT_MAX_FILES_MAX: Final = 10

# "Plain-text input element" and "Rich text input element".
PLAIN_TEXT_INPUT_MIN_LENGTH_MAX: Final = 3000
PLAIN_TEXT_INPUT_MAX_LENGTH_MAX: Final = 3000
RICH_TEXT_INPUT_MIN_LINES_MAX: Final = 100
RICH_TEXT_INPUT_MAX_LINES_MAX: Final = 100

# "Image element" and "Image block".
IMAGE_ELEMENT_IMAGE_URL_MAX_LENGTH: Final = 3000
IMAGE_ELEMENT_ALT_TEXT_MAX_LENGTH: Final = 2000
IMAGE_IMAGE_URL_MAX_LENGTH: Final = 3000
IMAGE_ALT_TEXT_MAX_LENGTH: Final = 2000
IMAGE_TITLE_MAX_LENGTH: Final = 2000

# "Section block", "Header block", "Context block", "Actions block", "Context actions block" and "Input block".
SECTION_TEXT_MAX_LENGTH: Final = 3000
SECTION_FIELDS_MAX_ITEMS: Final = 10
SECTION_FIELDS_ITEM_MAX_LENGTH: Final = 2000
HEADER_TEXT_MAX_LENGTH: Final = 150
CONTEXT_ELEMENTS_MAX_ITEMS: Final = 10
ACTIONS_ELEMENTS_MAX_ITEMS: Final = 25
CONTEXT_ACTIONS_ELEMENTS_MAX_ITEMS: Final = 5
INPUT_LABEL_MAX_LENGTH: Final = 2000
INPUT_HINT_MAX_LENGTH: Final = 2000

# "Markdown block": for one block, and for all of a message together.
MARKDOWN_TEXT_MAX_LENGTH: Final = 12_000
MARKDOWN_TOTAL_TEXT_MAX_LENGTH: Final = 12_000

# "Video block".
VIDEO_ALT_TEXT_MAX_LENGTH: Final = 2000
VIDEO_TITLE_MAX_LENGTH: Final = 200
VIDEO_THUMBNAIL_URL_MAX_LENGTH: Final = 3000
VIDEO_VIDEO_URL_MAX_LENGTH: Final = 3000
VIDEO_AUTHOR_NAME_MAX_LENGTH: Final = 50
VIDEO_DESCRIPTION_MAX_LENGTH: Final = 200
VIDEO_PROVIDER_NAME_MAX_LENGTH: Final = 50
VIDEO_PROVIDER_ICON_URL_MAX_LENGTH: Final = 2000
VIDEO_TITLE_URL_MAX_LENGTH: Final = 2000

# "Table block": its characters count over all cells of a message.
TABLE_ROWS_MAX_ITEMS: Final = 100
TABLE_COLUMNS_MAX_ITEMS: Final = 20
TABLE_COLUMN_SETTINGS_MAX_ITEMS: Final = 20
TABLE_TOTAL_CONTENT_MAX_LENGTH: Final = 10_000

# "Data table block": its rows count the header too.
DATA_TABLE_ROWS_MIN_ITEMS: Final = 2
DATA_TABLE_ROWS_MAX_ITEMS: Final = 101
DATA_TABLE_COLUMNS_MAX_ITEMS: Final = 20
DATA_TABLE_PAGE_SIZE_MIN: Final = 1
DATA_TABLE_PAGE_SIZE_MAX: Final = 100
DATA_TABLE_TOTAL_CONTENT_MAX_LENGTH: Final = 20_000

# "Data visualization block": a label is the name of a segment, series, point or category.
DATA_VISUALIZATION_TITLE_MAX_LENGTH: Final = 50
CHART_SERIES_MAX_ITEMS: Final = 6
CHART_POINTS_MAX_ITEMS: Final = 20
CHART_LABEL_MAX_LENGTH: Final = 20
CHART_AXIS_LABEL_MAX_LENGTH: Final = 50
MESSAGE_DATA_VISUALIZATIONS_MAX_ITEMS: Final = 2

# "Alert block", "Card block", "Carousel block", "Container block" and "Plan block".
ALERT_TEXT_MAX_LENGTH: Final = 200
CARD_TITLE_MAX_LENGTH: Final = 150
CARD_SUBTITLE_MAX_LENGTH: Final = 150
CARD_BODY_MAX_LENGTH: Final = 200
CARD_SUBTEXT_MAX_LENGTH: Final = 200
CARD_ACTIONS_MAX_ITEMS: Final = 3
CAROUSEL_ELEMENTS_MAX_ITEMS: Final = 10
CONTAINER_TITLE_MAX_LENGTH: Final = 150
CONTAINER_SUBTITLE_MAX_LENGTH: Final = 150
CONTAINER_CHILD_BLOCKS_MAX_ITEMS: Final = 10
PLAN_TASKS_MAX_ITEMS: Final = 50

# "chat.postMessage" and "Block Kit". Slack cuts a text that is longer than MESSAGE_TEXT_MAX_LENGTH.
MESSAGE_BLOCKS_MAX_ITEMS: Final = 50
MESSAGE_ATTACHMENTS_MAX_ITEMS: Final = 100
MESSAGE_TEXT_MAX_LENGTH: Final = 40_000
# No page states this one. Slack answers msg_blocks_too_long above it: slackapi/bolt-js, issue 2509.
MESSAGE_BLOCKS_TOTAL_MAX_LENGTH: Final = 13_200
# "chat.update": a longer text is msg_too_long.
UPDATED_TEXT_MAX_LENGTH: Final = 4_000
# "Using message metadata": bytes as JSON.
METADATA_MAX_BYTES: Final = 8_000

# "Modal views", "views.open" (bytes as JSON) and "views.push". A Home tab has the same limits.
VIEW_BLOCKS_MAX_ITEMS: Final = 100
VIEW_TITLE_MAX_LENGTH: Final = 24
VIEW_SUBMIT_MAX_LENGTH: Final = 24
VIEW_CLOSE_MAX_LENGTH: Final = 24
VIEW_CALLBACK_ID_MAX_LENGTH: Final = 255
VIEW_EXTERNAL_ID_MAX_LENGTH: Final = 255
VIEW_PRIVATE_METADATA_MAX_LENGTH: Final = 3000
VIEW_MAX_BYTES: Final = 250_000
VIEW_STACK_MAX_ITEMS: Final = 3

Surface: TypeAlias = Literal["message", "modal", "home"]

# "Blocks": the list of blocks with the surfaces on which each is available (docs.slack.dev/blocks.json).
_EVERYWHERE = ("actions", "card", "context", "divider", "header", "image", "input", "rich_text", "section", "video")
_MESSAGE_AND_HOME = ("carousel", "data_table", "data_visualization", "table")
BLOCKS_OF_SURFACE: Mapping[Surface, frozenset[str]] = {
    "message": frozenset(
        (*_EVERYWHERE, *_MESSAGE_AND_HOME, "container", "context_actions", "file", "markdown", "plan", "task_card")
    ),
    "modal": frozenset((*_EVERYWHERE, "alert")),
    "home": frozenset((*_EVERYWHERE, *_MESSAGE_AND_HOME)),
}
