"""The listeners for commitments."""

from __future__ import annotations

from handlers import ids
from handlers.commitments import actions, commands, recording, several, together
from handlers.routes import Routes
from store.tables import Verb

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
        ids.GIVE: actions.give,
        ids.SHARE: actions.share,
        ids.SHOW: actions.show,
        ids.OPEN_LIST: actions.show_list,
        ids.WHY: actions.why,
        ids.UNDO_SEVERAL: several.undo,
        ids.FINISH_TOGETHER: together.asking(Verb.FINISH),
        ids.MOVE_TOGETHER: together.asking(Verb.MOVE),
        **dict.fromkeys((ids.ROW_OWNER, ids.ROW_DUE, ids.ROW_ACCOUNT, ids.ROW_SIDE, ids.ROW_RHYTHM), several.keep),
    },
    forms={
        ids.FORM_NEW: recording.submit_new,
        ids.FORM_SEVERAL: several.submit,
        ids.FORM_FINISH_TOGETHER: together.submitting(together.finish),
        ids.FORM_MOVE_TOGETHER: together.submitting(together.move),
        **{callback_id: form.submit for (_, callback_id), form in actions.FORMS.items()},
    },
)
