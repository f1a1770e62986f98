"""The first contents of a workspace. Plain dataclasses, so that a test can build 400 people."""

from dataclasses import dataclass, field

from sandbox.models import User


@dataclass(frozen=True, slots=True)
class ChannelSeed:
    """A channel and its members (user ids). `app`: the app is a member. `mpim`: a direct message among
    several people, whose name is made of theirs ("mpdm-eva--ana--ben-1").
    """

    id: str
    name: str
    members: tuple[str, ...] = ()
    app: bool = True
    private: bool = False
    mpim: bool = False
    archived: bool = False
    ext_shared: bool = False
    general: bool = False
    topic: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class MessageSeed:
    """Something a person said `minutes_ago`, counted back from the sandbox's start."""

    channel: str
    user: str
    text: str
    minutes_ago: float


@dataclass(frozen=True, slots=True)
class Seed:
    """A whole workspace. The bot user is added from the manifest under `bot_user_id`."""

    team_id: str = "T0NORTHWIND"
    team_name: str = "Northwind Software"
    team_domain: str = "northwind"
    app_id: str = "A0MAKEGOOD"
    bot_id: str = "B0MAKEGOOD"
    bot_user_id: str = "U0MAKEGOOD"
    users: tuple[User, ...] = ()
    channels: tuple[ChannelSeed, ...] = ()
    messages: tuple[MessageSeed, ...] = field(default=())


EVA = User(
    id="U0EVA",
    name="eva",
    real_name="Eva Lindqvist",
    title="Account manager",
    email="eva@northwind.example",
    tz="Europe/Berlin",
    locale="en-GB",
)
ANA = User(
    id="U0ANA",
    name="ana",
    real_name="Ana Souza",
    title="Security engineer",
    email="ana@northwind.example",
    tz="Europe/Berlin",
    locale="en-US",
)
BEN = User(
    id="U0BEN",
    name="ben",
    real_name="Ben Okafor",
    title="Sales leader",
    email="ben@northwind.example",
    tz="America/New_York",
    locale="en-US",
)
ADA = User(
    id="U0ADA",
    name="ada",
    real_name="Ada Moreau",
    title="Workspace admin",
    email="ada@northwind.example",
    tz="Europe/Paris",
    locale="fr-FR",
    is_admin=True,
    is_owner=True,
)

_EVERYBODY = ("U0EVA", "U0ANA", "U0BEN", "U0ADA")

NORTHWIND = Seed(
    users=(EVA, ANA, BEN, ADA),
    channels=(
        ChannelSeed("C0GENERAL", "general", _EVERYBODY, general=True, purpose="For everybody at Northwind"),
        ChannelSeed("C0ACME", "acme", ("U0EVA", "U0ANA", "U0BEN"), topic="Acme Corporation: renewal in spring"),
        ChannelSeed("G0DEALS", "deal-desk", ("U0EVA", "U0BEN"), app=False, private=True),
        ChannelSeed("C0SHARED", "acme-and-us", ("U0EVA", "U0BEN"), ext_shared=True),
    ),
    messages=(
        MessageSeed("C0GENERAL", "U0ADA", "Welcome, everybody. The office closes at four today.", 2880),
        MessageSeed("C0ACME", "U0BEN", "Good call with Acme. Dana wants the new pricing.", 190),
        MessageSeed("C0ACME", "U0EVA", "I'll get the pricing sheet to Dana by Friday", 187),
        MessageSeed("C0ACME", "U0BEN", "We still owe them the SOC 2 report", 95),
        MessageSeed("C0ACME", "U0ANA", "I can send the SOC 2 report next Tuesday, once audit has signed", 90),
        MessageSeed("C0ACME", "U0EVA", "And they promised us the usage numbers before the QBR", 40),
        MessageSeed("G0DEALS", "U0BEN", "Discount above 15 % needs my approval, as always", 300),
        MessageSeed("C0SHARED", "U0EVA", "Hello from Northwind! This is our shared channel.", 1500),
    ),
)
"""The default: a software vendor with one customer's channel in it."""
