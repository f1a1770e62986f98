"""The contents of a message: subjects of any kind, each with its occasion and its version."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa

from store.scope import seen_by, seen_by_reader
from store.tables import (
    HIDDEN_WITH_ACCOUNT,
    SUBJECTS,
    Account,
    Commitment,
    Mention,
    Outbox,
    OutboxKind,
    OutboxState,
    Subject,
    core,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from store.rules.nudging.occasions import Occasion
    from store.tables import HasHistory, Person

_ROWS, _SHOWN = core(Outbox), core(Mention)


def others_know(tx: Session, viewer: Person, subject: HasHistory) -> bool:
    """Whether a message to another person, or in a channel, has shown the words of the subject, or may have."""
    shown = sa.select(_SHOWN.c.outbox_id).join(_ROWS, _ROWS.c.id == _SHOWN.c.outbox_id)
    which = (
        _SHOWN.c.subject_kind == subject.subject_kind,
        _SHOWN.c.subject_id == subject.id,
        _ROWS.c.state.in_((OutboxState.SENDING, OutboxState.SENT)),
        _ROWS.c.kind != OutboxKind.RECORDED,
        sa.or_(_ROWS.c.person_id.is_(None), _ROWS.c.person_id != viewer.id),
    )
    return tx.scalar(sa.select(shown.where(*which).exists())) is True


def _hidden(table: type[Any]) -> sa.ColumnElement[bool]:
    """The condition that the message shows a row of a restricted account in a channel, or to a person who does not see
    it.
    """
    its_account = core(Account).alias()
    return sa.exists().where(
        _SHOWN.c.outbox_id == sa.bindparam("of"),
        _SHOWN.c.subject_kind == table.subject_kind,
        _SHOWN.c.subject_id == core(table).c.id,
        its_account.c.id == core(table).c["id" if table is Account else "account_id"],
        its_account.c.restricted,
        sa.or_(_SHOWN.c.person_id.is_(None), sa.not_(seen_by_reader(its_account.c.id, _SHOWN.c.person_id))),
    )


# Put together once.
_OUTDATED = sa.select(
    sa.or_(
        *(_hidden(table) for table in HIDDEN_WITH_ACCOUNT),
        *(
            sa.exists().where(
                _SHOWN.c.outbox_id == sa.bindparam("of"),
                _SHOWN.c.subject_kind == kind,
                _SHOWN.c.subject_id == core(table).c.id,
                _SHOWN.c.version != core(table).c.version,
            )
            for kind, table in SUBJECTS.items()
        ),
    )
)
_SPOKE_OF = sa.select(_SHOWN.c.subject_kind, _SHOWN.c.subject_id, _SHOWN.c.due_on).where(
    _SHOWN.c.outbox_id == sa.bindparam("of")
)
_TOLD = (
    sa.select(
        _SHOWN.c.subject_id,
        _SHOWN.c.person_id,
        _SHOWN.c.occasion,
        _SHOWN.c.due_on,
        # A notice may have waited until its reader was at work; a brief counts for the day for which it was planned.
        sa.case(
            (_SHOWN.c.occasion.is_(None), sa.func.coalesce(_ROWS.c.settled_at, _ROWS.c.created_at)),
            else_=_ROWS.c.created_at,
        ),
    )
    .join(_ROWS, _ROWS.c.id == _SHOWN.c.outbox_id)
    .where(
        _SHOWN.c.subject_kind == sa.bindparam("kind"),
        _SHOWN.c.subject_id.in_(sa.bindparam("subjects", expanding=True)),
        _SHOWN.c.person_id.in_(sa.bindparam("people", expanding=True)),
        _ROWS.c.state.in_((OutboxState.SENDING, OutboxState.SENT)),
        # The answer to a person's own question is no reminder.
        _ROWS.c.kind != OutboxKind.ANSWER,
        _SHOWN.c.outbox_id != sa.bindparam("besides"),
    )
    .order_by(_ROWS.c.id)
)
_FORGET = sa.delete(_SHOWN).where(_SHOWN.c.outbox_id == sa.bindparam("of"))
_MENTIONS = sa.insert(_SHOWN)


def save_contents(tx: Session, row: Outbox, shown: Sequence[tuple[HasHistory, Occasion | None]]) -> None:
    """Save what the message is about to show, before it is posted: (subject, occasion) in order.

    An update may show a new due date; the date that the message showed first is kept.
    """
    spoke_of = {(kind, id_): due_on for kind, id_, due_on in tx.execute(_SPOKE_OF, {"of": row.id})} if row.ts else {}
    if row.attempts > 1 or row.kind == OutboxKind.HOME:
        tx.execute(_FORGET, {"of": row.id})
    if shown:
        values = [
            {
                "outbox_id": row.id, "subject_kind": subject.subject_kind, "subject_id": subject.id,
                "workspace_id": row.workspace_id, "person_id": row.person_id, "position": position,
                "occasion": occasion, "version": subject.version,
                "due_on": spoke_of.get(
                    (subject.subject_kind, subject.id), subject.due_on if isinstance(subject, Commitment) else None
                ),
            }
            for position, (subject, occasion) in enumerate(shown)
        ]  # fmt: skip
        tx.execute(_MENTIONS, values)


def contents_of(tx: Session, row: Outbox, kind: Subject = Subject.COMMITMENT) -> list[tuple[int, Occasion | None]]:
    """The subjects of that kind which the message shows: (id, occasion) in order."""
    found = tx.execute(
        sa.select(Mention.subject_id, Mention.occasion)
        .where(Mention.outbox_id == row.id, Mention.subject_kind == kind)
        .order_by(Mention.position)
    )
    return [(subject_id, occasion) for subject_id, occasion in found]


def out_of_sight(tx: Session, row: Outbox, reader: Person) -> int:
    """The number of subjects that the message shows and its reader does not see by now."""
    shown: defaultdict[Subject, set[int]] = defaultdict(set)
    for kind, subject_id in tx.execute(
        sa.select(Mention.subject_kind, Mention.subject_id).where(Mention.outbox_id == row.id)
    ):
        shown[kind].add(subject_id)
    return sum(
        len(ids - set(tx.scalars(sa.select(table.id).where(seen_by(table, reader), table.id.in_(ids)))))
        for table in HIDDEN_WITH_ACCOUNT
        if (ids := shown[table.subject_kind])
    )


def brief_to(tx: Session, person: Person, row_id: int) -> Outbox | None:
    """The brief of that id, if it went to this person."""
    its = Outbox.id == row_id, Outbox.person_id == person.id, Outbox.kind == OutboxKind.BRIEF
    return tx.scalar(sa.select(Outbox).where(*its))


def sent_about(
    tx: Session,
    subject_ids: Iterable[int],
    person_ids: Iterable[int],
    *,
    besides: int | None = None,
    kind: Subject = Subject.COMMITMENT,
) -> list[tuple[int, int, Occasion | None, date, datetime]]:
    """The mentions of these subjects in messages to these people that were not dropped: (subject, person, occasion,
    due date, when), oldest first. A notice has no occasion; the due date is a commitment's, None for other kinds.

    `besides` leaves one message out: the one that is being made.
    """
    given = {"kind": kind, "subjects": list(subject_ids), "people": list(person_ids), "besides": besides or 0}
    return cast("list[tuple[int, int, Occasion | None, date, datetime]]", tx.execute(_TOLD, given).all())


def shown_at(tx: Session, workspace_id: int, channel: str, ts: str) -> list[int]:
    """The ids of the commitments in the message that stands there; empty if it is none of ours."""
    at = Outbox.workspace_id == workspace_id, Outbox.posted_channel == channel, Outbox.ts == ts
    query = sa.select(Mention.subject_id).join(Outbox, Outbox.id == Mention.outbox_id)
    return list(tx.scalars(query.where(*at, Mention.subject_kind == Subject.COMMITMENT).order_by(Mention.position)))


def forget_words(tx: Session, commitment: Commitment) -> None:
    """Remove what a person wrote from the rows of messages that show this commitment."""
    shows_it = sa.select(Mention.outbox_id).where(
        Mention.subject_kind == Subject.COMMITMENT, Mention.subject_id == commitment.id
    )
    for row in tx.scalars(sa.select(Outbox).where(Outbox.id.in_(shows_it), Outbox.kind == OutboxKind.ANSWER)):
        row.details = {**row.details, "named": ""}


def is_outdated(tx: Session, row_id: int) -> bool:
    """Whether the message shows an earlier version of a subject, or one that its reader does not see by now."""
    return bool(tx.scalar(_OUTDATED, {"of": row_id}))
