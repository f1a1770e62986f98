"""Slack's rules for the blocks that show data: tables, data tables and charts."""

from collections.abc import Mapping
from typing import Any

from sandbox import limits
from sandbox.shapes import Check, anything, both, choice, complain, flag, items, number, shape, string, typed

_TYPE: Mapping[str, Check] = {"type": anything}
_TEXT = string(limits.TABLE_TOTAL_CONTENT_MAX_LENGTH)
_DATA_TEXT = string(limits.DATA_TABLE_TOTAL_CONTENT_MAX_LENGTH, 1)
_RAW_NUMBER = shape({**_TYPE, "value": number(), "text": _DATA_TEXT}, {})
_COLUMN = shape({}, {"align": choice({"left", "center", "right"}), "is_wrapped": flag})


# -- tables -------------------------------------------------------------------------------------------


def table_rows(rich_text: Check) -> Check:
    """The rows of a `table`: text without numbers."""
    cell = typed({"raw_text": shape({**_TYPE, "text": _TEXT}, {}), "rich_text": rich_text})
    return items(items(cell, limits.TABLE_COLUMNS_MAX_ITEMS, 1), limits.TABLE_ROWS_MAX_ITEMS, 1)


def data_table_rows(rich_text: Check) -> Check:
    """The rows of a `data_table`: a header without rich text, and rows of the same length."""
    raw_text = shape({**_TYPE, "text": _DATA_TEXT}, {})
    cell = typed({"raw_text": raw_text, "raw_number": _RAW_NUMBER, "rich_text": rich_text})
    row = items(cell, limits.DATA_TABLE_COLUMNS_MAX_ITEMS, 1)
    return both(
        items(row, limits.DATA_TABLE_ROWS_MAX_ITEMS, limits.DATA_TABLE_ROWS_MIN_ITEMS), _header_is_raw, _rows_are_even
    )


def column_setting(value: object, pointer: str, problems: list[str]) -> None:
    """A column's settings; null leaves the column as it is."""
    if value is not None:
        _COLUMN(value, pointer, problems)


def _header_is_raw(value: object, pointer: str, problems: list[str]) -> None:
    header = value[0] if isinstance(value, list) and value and isinstance(value[0], list) else []
    for index, cell in enumerate(header):
        if isinstance(cell, dict) and cell.get("type") == "rich_text":
            complain(problems, f"{pointer}/0/{index}/type", "unsupported type: rich_text")


def _rows_are_even(value: object, pointer: str, problems: list[str]) -> None:
    rows = [row for row in value if isinstance(row, list)] if isinstance(value, list) else []
    if len({len(row) for row in rows}) > 1:
        complain(problems, pointer, "all rows must have the same number of cells")


# -- charts -------------------------------------------------------------------------------------------

_LABEL = string(limits.CHART_LABEL_MAX_LENGTH, 1)
_AXIS_LABEL = string(limits.CHART_AXIS_LABEL_MAX_LENGTH, 1)
_POINT = shape({"label": _LABEL, "value": number()}, {})
_SEGMENT = shape({"label": _LABEL, "value": number(above=0)}, {})
_SERIES = shape({"name": _LABEL, "data": items(_POINT, limits.CHART_POINTS_MAX_ITEMS, 1)}, {})
_AXES = shape(
    {"categories": items(_LABEL, limits.CHART_POINTS_MAX_ITEMS, 1)},
    {"x_label": _AXIS_LABEL, "y_label": _AXIS_LABEL},
)


def _series_fit(value: object, pointer: str, problems: list[str]) -> None:
    """Each series has a name of its own and one point per category."""
    if not isinstance(value, dict):
        return
    try:
        names = [series["name"] for series in value["series"]]
        categories = sorted(value["axis_config"]["categories"])
        labels = [sorted(point["label"] for point in series["data"]) for series in value["series"]]
    except (KeyError, TypeError):
        return  # the shape has already been complained about
    if len({str(name) for name in names}) < len(names):
        complain(problems, f"{pointer}/series", "series names must be unique")
    for index, found in enumerate(labels):
        if found != categories:
            complain(problems, f"{pointer}/series/{index}/data", "must have one data point for each category")


_ON_AXES = both(
    shape({**_TYPE, "series": items(_SERIES, limits.CHART_SERIES_MAX_ITEMS, 1), "axis_config": _AXES}, {}), _series_fit
)
CHART = typed(
    {
        "pie": shape({**_TYPE, "segments": items(_SEGMENT, limits.CHART_SERIES_MAX_ITEMS, 1)}, {}),
        **dict.fromkeys(("bar", "area", "line"), _ON_AXES),
    }
)


def chart_table(chart: Mapping[str, Any]) -> tuple[list[str], list[tuple[str, list[float]]]]:
    """The figures of a valid chart: the names of its series, and the values of each category or segment."""
    if chart["type"] == "pie":
        return ["Value"], [(segment["label"], [segment["value"]]) for segment in chart["segments"]]
    values = [{point["label"]: point["value"] for point in series["data"]} for series in chart["series"]]
    rows = [(category, [each[category] for each in values]) for category in chart["axis_config"]["categories"]]
    return [series["name"] for series in chart["series"]], rows
