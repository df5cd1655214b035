"""`whichops serve` in a process of its own, as it is, but for the token for sending: MSAL asks nobody without https."""

from __future__ import annotations

from adapters.teams import trust
from bot.cli import main
from tests.teams.sign import OneToken

if __name__ == "__main__":
    trust.Entra = lambda options: OneToken()  # type: ignore[assignment, misc]
    main(["serve"])
