"""Lost and doubled messages when everything fails at once: real workers, killed, frozen, cut off, against the sandbox.

Method: 5,000 messages wait in the outbox. The workers are processes that plan and deliver, with the protocol's times
shortened (a lease of 8 seconds, a grace of 4, a second until a call is given up). On 15 to 20 of 100 calls the
sandbox drops the connection before or after it has acted, answers 500 before or after, answers fatal_error, hangs,
accepts late, answers 429; its history fails and lags. Every 0.8 to 2 seconds a worker is killed with SIGKILL and
replaced. In the run with freezes one is stopped every few seconds for longer than its lease and then goes on. In
that with crashes PostgreSQL itself is stopped at once (pg_ctl -m immediate) and started. Meanwhile items of messages
that stand are finished; their messages must show it in the end, and nobody may get a second one. Sixty accounts have a
digest, a prompt or the minutes of a review to post in their channels.

Everything is counted in the sandbox: by the key that travels with each message, and by person and text. The sandbox
holds Slack's limits twenty times as fast; none of its own refusals may be seen.

    python bench/torture.py [--sends 5000] [--seed 1] [NAME …]      each configuration is a run of its own
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from bot import logs  # noqa: E402  what is beside this folder is found from here on
from store import migrate  # noqa: E402  see above
from store.db import Ledger  # noqa: E402  see above
from tests.torture.server import own_server  # noqa: E402  see above
from tests.torture.stage import Plan, Result, Stage  # noqa: E402  see above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# The first word of a name is the database.
RUNS = {
    plan.name: replace(plan, people=250, reviews=60)
    for plan in (
        Plan("sqlite-1", 0, 0, processes=1),
        Plan("sqlite-3", 0, 0, processes=3),
        Plan("postgresql-4", 0, 0, processes=4),
        Plan("postgresql-4-frozen", 0, 0, processes=4, freezes=True),
        Plan("postgresql-4-crashes", 0, 0, processes=4, crashes=8),
    )
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(RUNS))
    parser.add_argument("--sends", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if unknown := set(given.names) - set(RUNS):
        parser.error(f"there is no {', '.join(sorted(unknown))}: {', '.join(RUNS)}")
    logs.configure(level="error")
    logging.getLogger("waitress").setLevel(logging.ERROR)
    well = [one(name, given.sends, given.seed).well for name in given.names or RUNS]
    sys.exit(0 if all(well) else 1)


def one(name: str, sends: int, seed: int) -> Result:
    plan = replace(RUNS[name], sends=sends, seed=seed)
    with opened(name.partition("-")[0]) as (url, crash):
        ledger = Ledger(url)
        migrate.upgrade(ledger)
        ledger.close()
        with Stage(plan, url, crash=crash if plan.crashes else None) as stage:
            result = stage.run()
    print(result, flush=True)
    for line in result.tracebacks[:5]:
        print("   ", line.strip()[:2000], flush=True)
    return result


@contextmanager
def opened(database: str) -> Iterator[tuple[str, Callable[[], None] | None]]:
    """An empty database, and what crashes its server."""
    if database == "sqlite":
        with tempfile.TemporaryDirectory(prefix="makegood-torture-") as folder:
            yield f"sqlite:///{folder}/torture.db", None
        return
    with own_server() as server:
        yield server.database("torture"), server.crash


if __name__ == "__main__":
    main()
