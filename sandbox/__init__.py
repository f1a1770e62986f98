"""A Slack workspace in a box: people, channels, a Web API, and signed requests to one installed app.

It stands alone: it knows Slack's rules and nothing of the app in front of it.
"""

from sandbox.box import Sandbox
from sandbox.clock import Clock
from sandbox.models import Call, Message, Outcome, SandboxError, User, View
from sandbox.reply import Reply
from sandbox.seed import NORTHWIND, ChannelSeed, MessageSeed, Seed

__all__ = [
    "NORTHWIND",
    "Call",
    "ChannelSeed",
    "Clock",
    "Message",
    "MessageSeed",
    "Outcome",
    "Reply",
    "Sandbox",
    "SandboxError",
    "Seed",
    "User",
    "View",
]
