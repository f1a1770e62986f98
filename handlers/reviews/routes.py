"""The listeners for reviews."""

from __future__ import annotations

from handlers import ids
from handlers.reviews import actions, commands
from handlers.routes import Routes

ROUTES = Routes(
    commands={ids.COMMAND_REVIEW: commands.review},
    actions={
        ids.REVIEW_ALL: actions.look_at_all,
        ids.REVIEW_OPEN: actions.look,
        ids.REVIEW_MINUTES: actions.look,
        ids.REVIEW_ITEMS: actions.look_at_items,
        ids.REVIEW_BOOK: actions.ask_booking,
        ids.REVIEW_START: actions.start,
        ids.REVIEW_CALL_OFF: actions.ask_call_off,
        ids.REVIEW_SEVERAL: actions.ask_several,
        ids.REVIEW_ANSWER: actions.ask_answers,
        ids.REVIEW_PLAN: actions.ask_action,
        ids.REVIEW_SCORE: actions.ask_scores,
        ids.REVIEW_CLOSE: actions.ask_closing,
        ids.REVIEW_CORRECT: actions.ask_correction,
        ids.VERDICT: actions.choose,
    },
    forms={
        ids.FORM_REVIEW: actions.submit_booking,
        ids.FORM_CALL_OFF: actions.submit_call_off,
        ids.FORM_VERDICT: actions.submit_verdict,
        ids.FORM_VERDICTS: actions.submit_several,
        ids.FORM_ANSWERS: actions.submit_answers,
        ids.FORM_SCORES: actions.submit_scores,
        ids.FORM_CLOSE: actions.submit_closing,
        ids.FORM_CORRECT: actions.submit_correction,
    },
)
