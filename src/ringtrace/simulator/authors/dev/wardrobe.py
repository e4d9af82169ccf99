"""Accounts of the dev author: who shows up where under which name, and when accounts change."""

from __future__ import annotations

import random

from ringtrace.simulator.authors.dev.cast import Human, Registrar
from ringtrace.simulator.script import Account, Place, Spoken


class Wardrobe:
    """Makes the account of a person in a place on demand, the same one every time."""

    def __init__(self, registrar: Registrar, dice: random.Random) -> None:
        self.registrar = registrar
        self.dice = dice
        self.accounts: dict[tuple[str, str, int], Account] = {}

    def account(self, human: Human, place: Place, day: int) -> Account:
        """The account that ``human`` uses in ``place`` on ``day`` (since the start)."""
        era = sum(day >= move for move in human.moves)
        scope = place.platform if place.platform in ("telegram", "qq", "whatsapp") else place.key
        key = (human.key, scope, era)
        if key not in self.accounts:
            self.accounts[key] = self._make(human, place, scope, era)
        return self.accounts[key]

    def _make(self, human: Human, place: Place, scope: str, era: int) -> Account:
        key = f"{human.key}/{scope}/{era}"
        name = human.nick if self.dice.random() < 0.55 else self.registrar.nick(human.language)
        if place.platform == "telegram":
            return Account(key, human.key, "telegram", str(self.dice.randint(10**8, 10**9)), name)
        if place.platform == "qq":
            own = human.contact("qq")
            native = own.bare if own is not None and era == 0 else self.registrar.contact("qq").bare
            return Account(key, human.key, "qq", native, name)
        if place.platform == "whatsapp":
            phone = human.contact("phone")
            if phone is not None and self.dice.random() < 0.35 and not era:
                shown = f"+86 {phone.bare[:3]} {phone.bare[3:7]} {phone.bare[7:]}"
                return Account(key, human.key, "whatsapp", "", shown, (Spoken("phone", phone.value, "other"),))
            return Account(key, human.key, "whatsapp", "", name)
        return Account(key, human.key, place.platform, "", name)
