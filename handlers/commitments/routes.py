"""The listeners for commitments."""

from __future__ import annotations

from handlers import ids
from handlers.commitments import actions, commands, recording, several
from handlers.routes import Routes

ROUTES = Routes(
    commands={ids.COMMAND: commands.commit},
    shortcuts={
        ids.SHORTCUT_NEW: recording.new_from_anywhere,
        ids.SHORTCUT_FROM_MESSAGE: recording.new_from_message,
    },
    actions={
        **{action_id: actions.acting(verb) for action_id, verb in actions.AT_ONCE.items()},
        **{action_id: form.ask for action_id, form in actions.FORM_OF.items()},
        ids.RUN: commands.run,
        ids.OPEN_FORM: recording.new_from_anywhere,
        ids.CREATE_ACCOUNT: actions.create_account,
        ids.CHOOSE_ACCOUNT: actions.choose_account,
        ids.SHARE: actions.share,
        ids.SHOW: actions.show,
        ids.WHY: actions.why,
        ids.UNDO_SEVERAL: several.undo,
        **dict.fromkeys((ids.ROW_OWNER, ids.ROW_DUE, ids.ROW_ACCOUNT, ids.ROW_SIDE), several.keep),
    },
    forms={
        ids.FORM_NEW: recording.submit_new,
        ids.FORM_SEVERAL: several.submit,
        **{callback_id: form.submit for (_, callback_id), form in actions.FORMS.items()},
    },
)
