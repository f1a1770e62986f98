"""A restricted account: on every surface its people and admins see it, and nobody else learns that it exists."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

import handlers
from bot import posting
from handlers import ids
from handlers.people import viewer
from handlers.plan import pictures
from handlers.slack import blocks as b
from handlers.slack import surfaces
from handlers.slack.refs import Ref, ViewName
from sandbox import User
from store import absences, accounts, commitments, reviews, stakeholders
from store.errors import BadInputError, BadInputsError, LedgerError, NotAllowedError
from store.plan import basis, objectives, section
from store.tables import Account, Subject
from tests.journeys.accounts import account, page, shown_again
from tests.journeys.conftest import BotInWorkspace, read, words, words_of

SAM = User("U0SAM", "sam", "Sam Sponsor")
OLE = User("U0OLE", "ole", "Ole Outside")
GUS = User("U0GUEST", "gus", "Gus Guest", is_restricted=True)
# Everybody by the part in which they see the account, or do not.
SEES = {"lead": "U0EVA", "coach": "U0BEN", "sponsor": "U0SAM", "member": "U0ANA", "admin": "U0ADA"}
DOES_NOT = {"colleague outside": "U0OLE", "guest": "U0GUEST"}
# All that belongs to the account has one of these words.
SECRETS = ("nebula", "corp", "takeover", "zoltan", "conquer")


def leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text.casefold()]


@pytest.fixture
def town(town: BotInWorkspace) -> BotInWorkspace:
    """Nebula is Eva's, with a coach, a sponsor and a member of its team; it is not restricted yet. Ole asked Ana for
    its one commitment. The bot is in #acme.
    """
    for user in (SAM, OLE, GUS):
        town.box.add_user(user)
        town.box.join(user.id, "C0ACME")
        town.commit(user.id, "mine")
    town.box.invite_app("C0ACME")
    nebula, now = account(town, "Nebula Corp", category="A"), town.box.clock.now()
    account(town, "Umbrella")
    with town.makegood.ledger.begin() as tx:
        eva, ole = town.person(tx, "U0EVA"), town.person(tx, "U0OLE")
        form = {"coach": "U0BEN", "sponsor": "U0SAM", "team": "U0ANA", "potential": "5", "cost_to_serve": "1"}
        basis.edit(tx, eva, nebula.id, form, version=1, origin_key="basis", now=now)
        found = accounts.get(tx, eva, nebula.id)
        zoltan = stakeholders.create(tx, eva, "Zoltan Quist", account=found, now=now)
        draft = commitments.Draft(
            "prepare the takeover", town.person(tx, "U0ANA"), now.date(), account=found, stakeholder=zoltan,
            internal=False,
        )  # fmt: skip
        commitments.record(tx, ole, draft, origin_key="takeover", now=now)
        section.add(tx, eva, objectives.SECTION, found, {"name": "conquer them", "aim": "grow", "unit": "number"},
                    origin_key="objective", now=now)  # fmt: skip
    return town


def nebula_of(town: BotInWorkspace) -> Account:
    found: Account = town.ask("U0ADA", accounts.named, "Nebula Corp")
    return found


def restrict(town: BotInWorkspace, user: str = "U0EVA") -> None:
    """By the button and the form."""
    form = town.form(user, page(town, user, "Nebula"), ids.RESTRICT_ACCOUNT)
    assert town.box.submit(user, form.id, {}).errors == {}
    assert nebula_of(town).restricted


# ---- each surface for each role ---------------------------------------------------------------------------


def drawn(ref: Callable[[BotInWorkspace], Ref]) -> Callable[[BotInWorkspace, str], str]:
    """A view, as a button that leads to it draws it."""

    def text(town: BotInWorkspace, user: str) -> str:
        with town.makegood.ledger.read() as tx:
            try:
                person = viewer(tx, town.box.seed.team_id, user)
                shown = surfaces.draw(tx, person, ref(town), town.box.clock.now())
            except LedgerError as error:
                return error.words
        assert shown is not None
        return json.dumps([shown.home, b.resolved(shown.blocks)])

    return text


def pictured(town: BotInWorkspace, user: str) -> str:
    """The relationship map, as its button draws it."""
    ref = Ref(Subject.STAKEHOLDER, view=ViewName.PICTURE, extra=str(nebula_of(town).id))
    with town.makegood.ledger.read() as tx:
        try:
            picture = pictures.draw(tx, viewer(tx, town.box.seed.team_id, user), ref, town.box.clock.now())
        except LedgerError as error:
            return error.words
    return f"{picture.title} {picture.svg}"


def typed(line: str, command: str = ids.COMMAND, *, echo: str = "") -> Callable[[BotInWorkspace, str], str]:
    """The answer to a line. `echo`: words of the line that the answer may repeat, which are no secret to its writer."""

    def text(town: BotInWorkspace, user: str) -> str:
        outcome = town.box.command(user, "C0ACME", command, line)
        assert outcome.problem is None, outcome
        view, messages = outcome.view, outcome.messages
        found = " ".join([*(words(one) for one in messages), *([words_of(view)] if view else [])])
        if view:
            town.box.close(user, view.id)
        return found.replace(line, "").replace(echo, "") if echo else found

    return text


def menu(action_id: str, form: Callable[[BotInWorkspace, str], Any]) -> Callable[[BotInWorkspace, str], str]:
    """The options of a menu, for each secret typed into it and for nothing typed."""

    def text(town: BotInWorkspace, user: str) -> str:
        view = form(town, user)
        if view is None:
            return "no form"
        offered = [
            option["text"]["text"]
            for word in ("", *SECRETS)
            for option in town.box.suggestions(user, view_id=view.id, action_id=action_id, text=word)
            if not option["value"].startswith("new:")
        ]
        town.box.close(user, view.id)
        return " ".join(offered)

    return text


def new_form(town: BotInWorkspace, user: str) -> Any:
    return town.box.command(user, "C0ACME", ids.COMMAND, "").view


def form_of_umbrella(button: str) -> Callable[[BotInWorkspace, str], Any]:
    """A form of an account that everybody sees and may change."""

    def form(town: BotInWorkspace, user: str) -> Any:
        with town.makegood.ledger.begin() as tx:
            found = accounts.named(tx, town.person(tx, "U0EVA"), "Umbrella")
            assert found is not None
            tx.get_one(Account, found.id).owner_id = None
        shown = page(town, user, "Umbrella")
        return town.press(user, shown, button).view if button in str(shown.blocks) else None

    return form


def at(view: ViewName, kind: str = "", id_: Callable[[BotInWorkspace], int] = lambda _town: 0, **more: Any) -> Any:
    return drawn(lambda town: Ref(kind, id_(town), 1, view, **{"extra": str(nebula_of(town).id)} | more))


def objective_id(town: BotInWorkspace) -> int:
    rows = town.ask("U0ADA", section.of_account, objectives.SECTION, nebula_of(town), today=town.box.clock.now().date())
    return int(rows[0].id)


def zoltan_id(town: BotInWorkspace) -> int:
    (found,) = town.ask("U0ADA", stakeholders.matching, "Zoltan")
    return int(found.id)


OF_COMMITMENT: dict[str, Any] = {"kind": Subject.COMMITMENT, "id_": lambda _town: 1}
# Each surface by its view, its menu or its line. Where the people of the account find nothing of it, the table says so.
SURFACES: dict[str, Callable[[BotInWorkspace, str], str]] = {
    ViewName.RECEIPT: at(ViewName.RECEIPT, **OF_COMMITMENT),
    ViewName.NOTED: at(ViewName.NOTED, **OF_COMMITMENT),
    ViewName.ITEM: at(ViewName.ITEM, **OF_COMMITMENT),
    ViewName.SEVERAL: at(ViewName.SEVERAL, extra="1"),
    ViewName.OVERDUE: at(ViewName.OVERDUE),
    ViewName.ACCOUNT: at(ViewName.ACCOUNT),
    ViewName.PLAN: at(ViewName.PLAN),
    ViewName.SECTION: at(ViewName.SECTION, Subject.OBJECTIVE),
    ViewName.ROW: at(ViewName.ROW, Subject.OBJECTIVE, objective_id),
    ViewName.PERSON: drawn(
        lambda town: Ref(Subject.EXPECTATION, view=ViewName.PERSON, extra=f"{nebula_of(town).id}/{zoltan_id(town)}")
    ),
    ViewName.CLIENT: drawn(
        lambda town: Ref(Subject.STAKEHOLDER, zoltan_id(town), 1, ViewName.CLIENT, extra=str(zoltan_id(town)))
    ),
    ViewName.GRID: at(ViewName.GRID),
    ViewName.ENERGY: at(ViewName.ENERGY),
    ViewName.PICTURE: pictured,
    ViewName.OTHERS: at(ViewName.OTHERS),
    ViewName.ACCOUNTS: at(ViewName.ACCOUNTS),
    ViewName.ACCOUNT_PAGE: at(ViewName.ACCOUNT_PAGE),
    ViewName.REVIEW: at(ViewName.REVIEW, Subject.REVIEW),
    "/commit 1": typed("1"),
    "/commit @ana overdue": typed("@ana overdue"),
    "/commit overdue": typed("overdue"),
    "/commit accounts": typed("accounts"),
    "/commit account": typed("account Nebula", echo="Nebula"),
    "/commit Nebula overdue": typed("Nebula Corp overdue", echo="Nebula Corp"),
    "a similar name": typed("call them by Friday for Nebola Corp", echo="Nebola Corp"),
    "one of their people": typed("call them by Friday for Zoltan Quist", echo="Zoltan Quist"),
    "/plan": typed("", ids.COMMAND_PLAN),
    "/plan Zoltan": typed("Zoltan Quist", ids.COMMAND_PLAN, echo="Zoltan Quist"),
    "/plan Nebula": typed("Nebula", ids.COMMAND_PLAN, echo="Nebula"),
    ids.ACCOUNT: menu(ids.ACCOUNT, new_form),
    ids.STAKEHOLDER: menu(ids.STAKEHOLDER, new_form),
    ids.INTO: menu(ids.INTO, form_of_umbrella(ids.MERGE_ACCOUNT)),
    ids.PARENT: menu(ids.PARENT, form_of_umbrella(ids.EDIT_BASIS)),
}
# Why the rest needs no row here.
NOTHING_THERE: dict[str, str] = {
    **dict.fromkeys((ViewName.NONE, ViewName.AWAY, ViewName.HELP, ViewName.SETTINGS, ViewName.ASKS, ViewName.PROPOSAL,
                     ViewName.WELCOME, ViewName.SETUP, ViewName.OFFERINGS, ids.OFFERING), "nothing of an account"),
    **dict.fromkeys((ViewName.MINE, ViewName.LIST, ViewName.GROUPED, ViewName.HOME, ViewName.NEWS),
                    "test_a_persons_own_views"),
    ViewName.ARCHIVED: "the same question as the list of accounts",
    **dict.fromkeys((ViewName.REVIEWS, ViewName.REVIEW_ITEMS, ViewName.REVIEW_DIGEST, ViewName.MINUTES),
                    "test_reviews"),
    **dict.fromkeys((ViewName.MESSAGE, ViewName.BRIEF, ViewName.SHARED), "test_messages_that_stand"),
    **dict.fromkeys((ids.ROW_ACCOUNT, ids.SERVES, ids.CLIENT_PERSON, ids.INTO_PERSON, ids.OBJECTIVE,
                     ids.CLIENT_PEOPLE, ids.OPPORTUNITY, ids.AGREED_BY, ids.UNIT),
                    "the same questions as above, or rows of one account"),
}  # fmt: skip


def test_every_surface_is_here() -> None:
    """A new view or menu joins this file, or says why it need not."""
    known = {*ViewName, *handlers.ROUTES.menus}
    assert known - SURFACES.keys() - NOTHING_THERE.keys() == set()


@pytest.mark.parametrize("user", SEES.values(), ids=list(SEES))
def test_its_people_see_it_everywhere(town: BotInWorkspace, user: str) -> None:
    """Lead, coach, sponsor, member and admin find the restricted account on every surface, as before."""
    restrict(town)
    town.pass_by(days=3)
    blind = [name for name, surface in SURFACES.items() if not leaks(surface(town, user))]
    # The list of other people's accounts; and menus whose form only those open who may change the account.
    allowed: set[str] = {ViewName.OTHERS} if user != SEES["admin"] else set()
    # Slack must confirm the rights of an admin first.
    allowed |= {ViewName.CLIENT} if user == SEES["admin"] else set()
    allowed |= {ids.INTO, ids.PARENT} if user in {SEES["sponsor"], SEES["member"]} else set()
    assert set(blind) <= allowed


@pytest.mark.parametrize("user", DOES_NOT.values(), ids=list(DOES_NOT))
def test_nobody_else_learns_of_it_anywhere(town: BotInWorkspace, user: str) -> None:
    """A colleague outside of the team, and a guest, find nothing of it on any surface."""
    restrict(town)
    town.pass_by(days=3)
    found = {name: leaks(surface(town, user)) for name, surface in SURFACES.items()}
    assert {name: secrets for name, secrets in found.items() if secrets} == {}


# ---- a person's own views, reviews, the Home tab --------------------------------------------------------


def home_text(town: BotInWorkspace, user: str) -> str:
    town.settled()
    view = town.box.home(user)
    return words_of(view) if view else ""


def test_a_persons_own_views(town: BotInWorkspace) -> None:
    """The person who asked for a commitment finds it in no list and on no Home tab of theirs any more; its owner does.
    A Home tab that stands open is drawn again.
    """
    for user in ("U0OLE", "U0ANA"):
        town.box.open_home(user)
        if user == "U0OLE":
            assert town.box.press(user, home=True, action_id=ids.HOME_WAITING).ok
        assert leaks(home_text(town, user)) != []
    restrict(town)
    assert leaks(home_text(town, "U0OLE")) == []
    assert leaks(home_text(town, "U0ANA")) != []
    town.box.open_home("U0OLE")
    assert leaks(home_text(town, "U0OLE")) == []
    for line in ("mine", "everything", "today", "this week"):
        assert leaks(typed(line)(town, "U0OLE")) == [], line


def test_reviews(town: BotInWorkspace) -> None:
    """A review of the account is in nobody else's list, and its people are of the team."""
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        found = accounts.get(tx, eva, nebula_of(town).id)
        review = reviews.book(tx, eva, found, now + timedelta(days=30), origin_key="review", now=now)
        row = review.id
    of_review: dict[str, Any] = {"kind": Subject.REVIEW, "id_": lambda _town: row, "extra": str(row)}
    views = {"list": at(ViewName.REVIEWS), "items": at(ViewName.REVIEW_ITEMS, **of_review),
             "minutes": at(ViewName.MINUTES, **of_review), "/review": typed("", "/review"),
             "digest": at(ViewName.REVIEW_DIGEST, **of_review)}  # fmt: skip
    for name in ("list", "digest"):
        assert leaks(views[name](town, "U0OLE")) != []
    restrict(town)
    assert {name: told for name, view in views.items() if (told := leaks(view(town, "U0OLE")))} == {}
    assert leaks(views["list"](town, "U0ANA")) != []
    with town.makegood.ledger.begin() as tx, pytest.raises(BadInputError, match="Ole Outside is not on its plan team"):
        reviews.change_people(tx, town.person(tx, "U0EVA"), row, [town.person(tx, "U0OLE")], [],
                              origin_key="people", now=now)  # fmt: skip


def test_a_file_for_a_calendar(town: BotInWorkspace) -> None:
    """A message that brought a file to a colleague outside of the team shows nothing of it any more; a new file is
    refused.
    """
    before = len(town.box.dm("U0OLE"))
    item = town.item("U0OLE", 1)
    town.press("U0OLE", item, ids.CALENDAR_ADD)
    town.settled()
    assert leaks(words(town.box.dm("U0OLE")[before])) != []
    restrict(town)
    town.settled()
    assert leaks(words(town.box.dm("U0OLE")[before])) == []
    rows = town.rows()
    town.press("U0OLE", item, ids.CALENDAR_ADD)
    assert town.rows() == rows


# ---- messages -------------------------------------------------------------------------------------------


def seen(town: BotInWorkspace, user: str = "U0OLE") -> str:
    """All that this person reads in their conversation with the bot, and in #acme from the bot."""
    town.settled()
    bot = town.box.world.bot
    channel = [one for one in town.box.messages("C0ACME", viewer=user) if not one.ephemeral_for]
    return " ".join(words(one) for one in [*town.box.dm(user), *channel] if one.user == bot)


def comment(town: BotInWorkspace, text: str = "waits for them") -> None:
    with town.makegood.ledger.begin() as tx:
        for number in (1, 2):
            commitments.comment(tx, town.person(tx, "U0ANA"), number, text, origin_key=text, now=town.box.clock.now())


def follow(town: BotInWorkspace) -> None:
    """Ole follows a second commitment, which Eva asked Ana for, and asks how both stand."""
    with town.makegood.ledger.begin() as tx:
        eva, now = town.person(tx, "U0EVA"), town.box.clock.now()
        found = accounts.named(tx, eva, "Nebula Corp")
        draft = commitments.Draft("the takeover, part two", town.person(tx, "U0ANA"), now.date(), account=found)
        commitments.record(tx, eva, draft, origin_key="part two", now=now)
    town.press("U0OLE", town.item("U0OLE", 2), ids.FOLLOW)
    for number in (1, 2):
        town.press("U0OLE", town.item("U0OLE", number), ids.ASK)


def test_messages_that_stand(town: BotInWorkspace) -> None:
    """Notice, brief, answer, shared item and reply say only that they are not shown any more; those of the account's
    people stay, and later changes bring nothing back.
    """
    follow(town)
    comment(town)
    town.settled()
    town.write("U0OLE", "account Nebula Corp")
    town.write("U0OLE", "1")
    with town.makegood.ledger.begin() as tx:
        ole, eva, now = town.person(tx, "U0OLE"), town.person(tx, "U0EVA"), town.box.clock.now()
        commitments.share(tx, ole, 1, "C0ACME", others=False, origin_key="share", now=now)
        ts = town.box.say("U0EVA", "C0ACME", "the takeover").ts
        commitments.reply_to_message(tx, eva, commitments.get(tx, eva, 1), "C0ACME", ts, ts, now)
        commitments.cancel(tx, town.person(tx, "U0EVA"), 1, "no more", version=1, origin_key="cancel", now=now)
    town.settled()
    town.jump(2026, 11, 24, 9)
    assert {"brief"} <= {one.kind for one in town.outbox() if one.person_id == ole.id and one.ts}
    before = seen(town)
    assert before.count("takeover") >= 5
    restrict(town)
    after = seen(town)
    assert leaks(after) == []
    assert "Recorded as" not in after
    assert after.count("not shown any more") >= 5
    assert "takeover" in seen(town, "U0ANA")
    with town.makegood.ledger.begin() as tx:
        commitments.reopen(tx, town.person(tx, "U0EVA"), 1, origin_key="reopen", now=town.box.clock.now())
    comment(town, "again the takeover")
    town.jump(2026, 11, 25, 9)
    assert leaks(seen(town)) == []


def test_no_new_message_tells_of_it(town: BotInWorkspace) -> None:
    """Neither who asked for it, nor a follower, nor the owner's stand-in gets a brief or a notice about it."""
    follow(town)
    with town.makegood.ledger.begin() as tx:
        ana, now = town.person(tx, "U0ANA"), town.box.clock.now()
        absences.set_absence(tx, ana, date(2026, 11, 24), date(2026, 12, 4), "U0OLE", now=now)
    town.settled()
    restrict(town)
    comment(town)
    with town.makegood.ledger.begin() as tx:
        commitments.move(tx, town.person(tx, "U0EVA"), 1, date(2026, 11, 27), "their wish", version=1,
                         origin_key="move", now=town.box.clock.now())  # fmt: skip
    written = len(town.box.dm("U0OLE"))
    for day in (24, 25, 26, 27, 30):
        town.jump(2026, 11, day, 9)
    town.jump(2026, 12, 2, 9)
    assert leaks(seen(town)) == []
    assert len(town.box.dm("U0OLE")) == written
    # No brief was planned that had nothing to say.
    assert [
        one.state for one in town.outbox("brief") if one.person_id == town.ask("U0OLE", lambda _tx, me: me.id)
    ] == []
    assert "takeover" in seen(town, "U0EVA")


def test_nothing_of_it_is_posted_in_a_channel(town: BotInWorkspace) -> None:
    """*Share here* is not offered, and refused; a message made a commitment of the account gets no reply."""
    restrict(town)
    receipt = town.receipt("U0EVA", "call them by Friday for Nebula Corp")
    assert ids.SHARE not in str(receipt.blocks)
    with town.makegood.ledger.begin() as tx, pytest.raises(NotAllowedError, match="nothing of it is posted"):
        commitments.share(tx, town.person(tx, "U0EVA"), 1, "C0ACME", others=False, origin_key="s",
                          now=town.box.clock.now())  # fmt: skip
    message = town.box.say("U0BEN", "C0ACME", "I'll send Nebula Corp the deck by Friday")
    form = town.box.message_shortcut("U0EVA", ids.SHORTCUT_FROM_MESSAGE, "C0ACME", message.ts).view
    assert form is not None
    assert town.box.submit("U0EVA", form.id, {}).errors == {}
    assert leaks(seen(town)) == []
    assert "Recorded as" not in seen(town)


def test_shared_at_the_same_moment(town: BotInWorkspace) -> None:
    """An item that waits to be posted when the account becomes restricted is not posted; its sharer is told so."""
    with town.makegood.ledger.begin() as tx:
        commitments.share(tx, town.person(tx, "U0EVA"), 1, "C0ACME", others=False, origin_key="s",
                          now=town.box.clock.now())  # fmt: skip
    restrict(town)
    assert leaks(seen(town)) == []
    assert "I did not share #1" in town.told("U0EVA")


@pytest.mark.both_databases
def test_restricted_while_a_message_is_sent(town: BotInWorkspace) -> None:
    """The account becomes restricted between the making of a message and its arrival: the message is replaced."""
    follow(town)
    comment(town)
    real, done = posting.post, list[int]()

    def post(*args: Any) -> Any:
        if not done:
            done.append(1)
            with town.makegood.ledger.begin() as tx:
                accounts.restrict(tx, town.person(tx, "U0EVA"), nebula_of(town).id, known=(), origin_key="r",
                                  now=town.box.clock.now())  # fmt: skip
        return real(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(posting, "post", post)
        town.settled()
    assert done
    town.settled()
    assert leaks(seen(town)) == []


# ---- nobody is left with a promise that they cannot see ---------------------------------------------------


def test_who_has_something_open_joins_the_team(town: BotInWorkspace) -> None:
    """The form names owners, helpers and blockers first; they join the team and go on seeing it. The page, the history
    and a press of *Show to all* say it too.
    """
    with town.makegood.ledger.begin() as tx:
        eva, ole, now = town.person(tx, "U0EVA"), town.person(tx, "U0OLE"), town.box.clock.now()
        commitments.set_helpers(tx, eva, 1, [ole], origin_key="help", now=now)
    shown = page(town, "U0EVA", "Nebula")
    form = town.form("U0EVA", shown, ids.RESTRICT_ACCOUNT)
    assert "These have something open there" in words_of(form)
    assert "Ole Outside" in words_of(form)
    assert town.box.submit("U0EVA", form.id, {}).errors == {}
    again = shown_again(town, "U0EVA", shown)
    for said in ("Restricted: only its lead, coach, sponsor and plan team see it", "Ana Souza, Ole Outside",
                 "you restricted it to its team"):  # fmt: skip
        assert said in read(again)
    assert leaks(typed("1")(town, "U0OLE")) != []
    form = town.form("U0EVA", again, ids.RESTRICT_ACCOUNT)
    assert "All colleagues of this workspace see" in words_of(form)
    assert town.box.submit("U0EVA", form.id, {}).errors == {}
    assert "you showed it to all colleagues" in read(page(town, "U0EVA", "Nebula"))
    assert leaks(typed("accounts")(town, "U0GUEST")) == []


def test_given_while_the_form_is_open(town: BotInWorkspace) -> None:
    """If a person who was not named in the form has something open by now, nothing changes and the form says so."""
    form = town.form("U0EVA", page(town, "U0EVA", "Nebula"), ids.RESTRICT_ACCOUNT)
    assert "something open" not in words_of(form)
    with town.makegood.ledger.begin() as tx:
        ole, now = town.person(tx, "U0OLE"), town.box.clock.now()
        commitments.hand_over(tx, town.person(tx, "U0EVA"), 1, ole, None, version=1, origin_key="give", now=now)
    town.box.submit("U0EVA", form.id, {})
    assert "By now Ole Outside also has something open at Nebula Corp" in words_of(town.box.modals("U0EVA")[-1])
    assert not nebula_of(town).restricted


Given = Callable[[Any, Any, Account, Any, dict[str, Any]], object]
OUTSIDE: dict[str, tuple[str, Given]] = {
    "record": ("owner", lambda tx, eva, nebula, ole, key: commitments.record(
        tx, eva, commitments.Draft("call", ole, key["now"].date(), account=nebula), **key)),
    "several": ("owner", lambda tx, eva, nebula, ole, key: commitments.record_several(
        tx, eva, {"a": commitments.Draft("call", ole, key["now"].date(), account=nebula)}, refused={}, **key)),
    "hand over": ("owner", lambda tx, eva, _nebula, ole, key: commitments.hand_over(
        tx, eva, 1, ole, None, version=1, **key)),
    "help": ("helpers", lambda tx, eva, _nebula, ole, key: commitments.set_helpers(tx, eva, 1, [ole], **key)),
    "block": ("blocker", lambda tx, eva, _nebula, ole, key: commitments.block(
        tx, eva, 1, "waits", ole, version=1, **key)),
    "move it there": ("account", lambda tx, eva, nebula, _ole, key: commitments.choose_account(
        tx, eva, 2, nebula, **key)),
    "edit it there": ("account", lambda tx, eva, nebula, ole, key: commitments.edit(
        tx, eva, 2, commitments.Draft("call Umbrella", ole, key["now"].date(), account=nebula), version=1, **key)),
    "own a row": ("owner", lambda tx, eva, nebula, _ole, key: section.add(
        tx, eva, objectives.SECTION, nebula, {"name": "x", "aim": "grow", "unit": "number", "owner": "U0OLE"}, **key)),
    "reopen": ("account", lambda tx, eva, _nebula, _ole, key: commitments.reopen(tx, eva, 3, **key)),
}  # fmt: skip


@pytest.mark.parametrize("way", list(OUTSIDE))
def test_only_the_team_is_given_something(town: BotInWorkspace, way: str) -> None:
    """Each way to give a person outside of the team something at the account is refused, and says what to do."""
    field, give = OUTSIDE[way]
    now = town.box.clock.now()
    with town.makegood.ledger.begin() as tx:
        eva, ole = town.person(tx, "U0EVA"), town.person(tx, "U0OLE")
        umbrella, nebula = (accounts.named(tx, eva, name) for name in ("Umbrella", "Nebula Corp"))
        for number, of in ((2, umbrella), (3, nebula)):
            draft = commitments.Draft("call Umbrella", ole, now.date(), account=of)
            commitments.record(tx, eva, draft, origin_key=f"{number}", now=now)
        commitments.finish(tx, eva, 3, origin_key="done", now=now)
    restrict(town)
    with town.makegood.ledger.begin() as tx:
        eva, ole = town.person(tx, "U0EVA"), town.person(tx, "U0OLE")
        found = accounts.get(tx, eva, nebula_of(town).id, to_use=True)
        with pytest.raises(BadInputError) as caught:
            give(tx, eva, found, ole, {"origin_key": "new", "now": now})
    error = caught.value
    told = error.fields if isinstance(error, BadInputsError) else {error.field: error.words}
    ((at_field, said),) = told.items()
    assert str(at_field).endswith(field)
    assert "Ole Outside is not on its plan team. Add them with “Edit the plan's basis”" in said


def test_the_team_stays_with_its_promises(town: BotInWorkspace) -> None:
    """A member with something open is not taken out of the team; a lead who is replaced joins it; nobody takes
    themselves out by mistake.
    """
    restrict(town)
    form = town.form("U0EVA", page(town, "U0EVA", "Nebula"), ids.EDIT_BASIS)
    assert "Ana Souza still has something open here" in town.submit("U0EVA", form, team=[]).errors["team"]
    town.box.close("U0EVA", form.id)
    form = town.form("U0EVA", page(town, "U0EVA", "Nebula"), ids.EDIT_ACCOUNT)
    assert town.submit("U0EVA", form, owner="U0OLE").errors == {}
    assert "Plan team: Eva Lindqvist, Ana Souza" in read(page(town, "U0EVA", "Nebula"))
    form = town.form("U0OLE", page(town, "U0OLE", "Nebula"), ids.EDIT_BASIS)
    assert town.submit("U0OLE", form, team=["U0ANA"], sponsor=None).errors == {}
    assert leaks(typed("accounts")(town, "U0EVA")) == []
    assert "Sam Sponsor" in read(page(town, "U0OLE", "Nebula"))


# ---- who may restrict, names, merging ---------------------------------------------------------------------


def test_who_may_restrict(town: BotInWorkspace) -> None:
    """Lead, coach and admins may; others see no button and are refused. Without a lead nobody may."""
    for user in ("U0SAM", "U0ANA", "U0OLE"):
        assert ids.RESTRICT_ACCOUNT not in str(page(town, user, "Nebula").blocks)
        with town.makegood.ledger.begin() as tx, pytest.raises(NotAllowedError):
            accounts.restrict(tx, town.person(tx, user), nebula_of(town).id, known=(), origin_key=user,
                              now=town.box.clock.now())  # fmt: skip
    for user in ("U0EVA", "U0BEN", "U0ADA"):
        restrict(town, user)
        form = town.form(user, page(town, user, "Nebula"), ids.RESTRICT_ACCOUNT)
        assert town.box.submit(user, form.id, {}).errors == {}
    with town.makegood.ledger.begin() as tx:
        tx.get_one(Account, nebula_of(town).id).owner_id = None
    town.press("U0ADA", page(town, "U0ADA", "Nebula"), ids.RESTRICT_ACCOUNT)
    assert "Nebula Corp has no lead" in town.told("U0ADA")


def test_two_restrict_at_once(town: BotInWorkspace) -> None:
    """The second of two people reads that it is done already; the history has it once."""
    first, second = (town.form(user, page(town, user, "Nebula"), ids.RESTRICT_ACCOUNT) for user in ("U0EVA", "U0BEN"))
    town.box.submit("U0EVA", first.id, {})
    town.box.submit("U0BEN", second.id, {})
    assert "Eva Lindqvist restricted it to its team" in words_of(town.box.modals("U0BEN")[-1])
    entries = town.ask("U0EVA", accounts.history_of, nebula_of(town))
    assert [one.verb for one in entries].count("restrict") == 1


def test_a_form_that_is_open_when_it_is_restricted(town: BotInWorkspace) -> None:
    """The form of a person who lost sight changes nothing, and says only that there is no such account."""
    shown = town.item("U0OLE")
    form = town.form("U0OLE", shown, ids.EDIT)
    restrict(town)
    told = " ".join(town.submit("U0OLE", form, note="the takeover").errors.values())
    assert "There is no commitment #1 here" in told
    assert leaks(told) == []


def test_a_name_that_is_taken(town: BotInWorkspace) -> None:
    """An account of the hidden one's name is not created, and nothing is said of the hidden one; its own name is free
    for nobody.
    """
    restrict(town)
    with town.makegood.ledger.begin() as tx, pytest.raises(BadInputError, match="That name is taken"):
        accounts.create(tx, town.person(tx, "U0OLE"), "nebula corp", now=town.box.clock.now())
    account(town, "Olympus", "U0OLE")
    form = town.form("U0OLE", page(town, "U0OLE", "Olympus"), ids.EDIT_ACCOUNT)
    assert "That name is taken" in town.submit("U0OLE", form, name="NEBULA CORP").errors["name"]


def test_a_part_of_it(town: BotInWorkspace) -> None:
    """An account that is a part of the restricted one does not name it; the form of its basis keeps it."""
    with town.makegood.ledger.begin() as tx:
        now = town.box.clock.now()
        part = accounts.create(tx, town.person(tx, "U0OLE"), "Olympus", now=now)
        tx.get_one(Account, part.id).parent_id = nebula_of(town).id
    assert leaks(read(page(town, "U0OLE", "Olympus"))) != []
    restrict(town)
    shown = page(town, "U0OLE", "Olympus")
    assert leaks(read(shown)) == []
    form = town.form("U0OLE", shown, ids.EDIT_BASIS)
    assert leaks(words_of(form)) == []
    assert town.submit("U0OLE", form, potential="5").errors == {}
    assert town.ask("U0EVA", accounts.named, "Olympus").parent_id == nebula_of(town).id
    assert "Part of Nebula Corp" in read(page(town, "U0EVA", "Olympus"))


def test_merging_restricted_accounts(town: BotInWorkspace) -> None:
    """Only two restricted accounts are merged, or two that all see. The people of both see the kept one, and nobody
    else finds the merged name.
    """
    restrict(town)
    with town.makegood.ledger.begin() as tx:
        now = town.box.clock.now()
        other = accounts.create(tx, town.person(tx, "U0ADA"), "Corpus", now=now).id
        nebula = nebula_of(town).id
        for account_id, into in ((nebula, other), (other, nebula)):
            with pytest.raises(BadInputError, match="Restrict both, or neither"), tx.begin_nested():
                accounts.merge(tx, town.person(tx, "U0ADA"), account_id, into,
                               version=accounts.get(tx, town.person(tx, "U0ADA"), account_id).version,
                               origin_key="merge", now=now)  # fmt: skip
        ada = town.person(tx, "U0ADA")
        basis.edit(tx, ada, other, {"sponsor": "U0OLE"}, version=1, origin_key="sponsor", now=now)
        accounts.restrict(tx, ada, other, known=(), origin_key="restrict", now=now)
    assert leaks(typed("accounts")(town, "U0OLE")) == ["corp"]
    with town.makegood.ledger.begin() as tx:
        ada = town.person(tx, "U0ADA")
        version = accounts.get(tx, ada, nebula).version
        accounts.merge(tx, ada, nebula, other, version=version, origin_key="merge!", now=now)
    for user in ("U0EVA", "U0ANA", "U0SAM", "U0OLE"):
        assert "takeover" in typed("1")(town, user), user
    assert town.ask("U0OLE", accounts.names) == ["Corpus", "Nebula Corp", "Umbrella"]
    with town.makegood.ledger.begin() as tx:
        nobody = town.person(tx, "U0GUEST")
        assert accounts.names(tx, nobody) == ["Umbrella"]
        assert accounts.named(tx, nobody, "Nebula Corp") is None
