"""Leads the crowd: in each round everybody wants one place, by asking, moving and approving.

What each client does in a round follows from the seed and from what the server answered before.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

from tests.integration.booking.world import PASSWORD
from tests.load import places, world
from tests.load.crowd import Act, Answer, Crowd
from tests.load.ledger import Ledger

BOOKINGS = "/api/v1/bookings"
OWNERS = {"a": world.A, "b": world.B}
EXPECTED = {
    "ask": {"201 ", "409 slot-taken"},
    "twin": {"201 ", "409 slot-taken"},
    "home": {"201 "},
    "move": {"200 ", "409 slot-taken", "409 wrong-state", "412 stale"},
    "approve": {"200 ", "409 wrong-state", "412 stale", "401 signature-refused"},
    "decide": {"200 "},
    "read": {"200 "},
}
SPARE_HOMES = 6
MOVING = 0.35
"""Share of the rounds in which moves alone fight: a new request is mostly faster than a move."""


class Fight:
    """One fight, from its first round to its last."""

    def __init__(self, crowd: Crowd, seed: int):
        self.crowd = crowd
        self.ledger = Ledger()
        self._seed = seed
        self._random = random.Random(seed)
        self._places = iter(range(places.PLACES))
        self._homes = deque(range(places.HOME_PLACES))
        self._keys = count(1)
        self._waiting: list[tuple[str, str]] = []
        self._at_home: list[tuple[str, str]] = []
        self._proposed: list[str] = []

    def round(self) -> None:
        """Let everybody act at once, and judge the answers."""
        acts = self._acts(next(self._places))
        began = time.monotonic()
        answers = self._noted(self.crowd.perform(acts))
        spent = round(1000 * (time.monotonic() - began))
        self.ledger.counts["slowest round ms"] = max(spent, self.ledger.counts["slowest round ms"])
        self._judge(answers)

    def killed_round(self, kill: Callable[[], None], restart: Callable[[], None]) -> None:
        """Kill the server once some have their answer; the others ask again of the next one."""
        acts = self._acts(next(self._places))
        after = self._random.randrange(1, len(acts) - 1)
        first = self._noted(
            self.crowd.perform(acts, lambda heard: kill() if heard == after else None)
        )
        restart()
        self.ledger.counts["kills"] += 1
        answers = self._asked_again(first)
        self._judge(answers)
        self._repeat([a for a in answers if a.act.key and a.acknowledged])

    def _noted(self, answers: list[Answer]) -> list[Answer]:
        for answer in answers:
            self.ledger.note(answer)
        return answers

    def _asked_again(self, first: list[Answer]) -> list[Answer]:
        """Every answer, those that the kill took away asked for anew, with the same keys.

        A move has no key: whether it went through the second time or the first, reading tells.
        """
        lost = [answer.act for answer in first if answer.status is None]
        self.ledger.counts["asked again"] += len(lost)
        second = iter(self._noted(self.crowd.perform(lost)))
        answers = [next(second) if a.status is None else a for a in first]
        moves = [a for a in lost if a.kind == "move"]
        reads = [replace(a, kind="read", method="GET", body=None) for a in moves]
        seen = {a.act.path: a for a in self._noted(self.crowd.perform(reads))}
        return [self._as_seen(a, seen) if a.act in moves else a for a in answers]

    def _as_seen(self, answer: Answer, seen: dict[str, Answer]) -> Answer:
        there = seen[answer.act.path]
        return replace(there, act=answer.act) if _went(answer.act, there.document) else answer

    def _repeat(self, done: list[Answer]) -> None:
        """A request sent once more has the first answer, and no second effect."""
        again = self._noted(self.crowd.perform([answer.act for answer in done]))
        for one, other in zip(done, again, strict=True):
            if (one.status, one.document) != (other.status, other.document):
                self.ledger.broken.append(f"seed {self._seed}: {one} and then {other}")

    def _acts(self, place: int) -> list[Act]:
        share = len(self.crowd) // 8
        acts = [self._decide() for _ in range(min(share, len(self._proposed)))]
        acts += [self._home() for _ in range(share) if len(self._at_home) < SPARE_HOMES]
        moving = len(self._at_home) > share and self._random.random() < MOVING
        movers = self._movers(3 * share if moving else share)
        acts += [self._move(who, reference, place) for who, reference in movers]
        acts += self._approvals(movers, share)
        acts += [] if moving else self._twins(place)
        while len(acts) < len(self.crowd) and not moving:
            acts.append(self._ask(place))
        self._random.shuffle(acts)
        return acts

    def _movers(self, most: int) -> list[tuple[str, str]]:
        self._random.shuffle(self._at_home)
        taken, self._at_home = self._at_home[:most], self._at_home[most:]
        return taken

    def _key(self) -> str:
        return f"load-{self._seed}-{next(self._keys)}"

    def _ask(self, place: int) -> Act:
        owner, body = places.contender(self._random, place)
        return Act("ask", OWNERS[owner], "POST", BOOKINGS, body, self._key())

    def _twins(self, place: int) -> list[Act]:
        """One request delivered twice at once, as an impatient client's."""
        twin = replace(self._ask(place), kind="twin")
        return [twin, twin]

    def _home(self) -> Act:
        owner = self._random.choice("ab")
        body = places.home(owner, self._homes.popleft())
        return Act("home", OWNERS[owner], "POST", BOOKINGS, body, self._key())

    def _move(self, who: str, reference: str, place: int) -> Act:
        body = places.move(self._random, place)
        return Act("move", who, "PATCH", f"{BOOKINGS}/{reference}", body, None, reference)

    def _approvals(self, movers: list[tuple[str, str]], most: int) -> list[Act]:
        """Manager and deputy at once on one booking, at times on one that is being moved."""
        wanted = [one for one in movers if self._random.random() < 0.3][:1]
        wanted += [one for one in self._waiting[::-1] if one not in movers]
        wanted = [one for one in wanted if self._asks(one[1])][:most]
        self._waiting = [one for one in self._waiting if one not in wanted]
        return [
            self._verb("approve", manager, reference, signature={"password": PASSWORD})
            for _who, reference in wanted
            for manager in (world.MANAGER, world.DEPUTY)
        ]

    def _asks(self, reference: str) -> bool:
        return self.ledger.known[reference].status == "requested"

    def _decide(self) -> Act:
        verb = self._random.choice(["accept", "accept", "decline"])
        return self._verb(verb, world.MANAGER, self._proposed.pop(0), kind="decide")

    def _verb(
        self, verb: str, who: str, reference: str, kind: str | None = None, **more: Any
    ) -> Act:
        path = f"{BOOKINGS}/{reference}/transitions"
        body = {"action": verb, "reason": "weighed", **more}
        match = f'"v{self.ledger.known[reference].version}"'
        return Act(kind or verb, who, "POST", path, body, self._key(), reference, match)

    def _judge(self, answers: list[Answer]) -> None:
        self.ledger.counts["rounds"] += 1
        for answer in answers:
            if f"{answer.status} {answer.slug}" not in EXPECTED[answer.act.kind]:
                self.ledger.broken.append(f"seed {self._seed}: unexpected {answer}")
        self._judge_place(answers)
        self._judge_twins(answers)
        self._judge_approvals(answers)
        for answer in answers:
            self._remember(answer)

    def _judge_place(self, answers: list[Answer]) -> None:
        """Exactly one booking may have the place."""
        won = {
            str(a.document["reference"])
            for a in answers
            if a.act.kind in {"ask", "twin", "move"} and a.acknowledged
        }
        self.ledger.counts["places"] += 1
        if len(won) != 1:
            self.ledger.broken.append(f"seed {self._seed}: {len(won)} winners: {answers}")

    def _judge_twins(self, answers: list[Answer]) -> None:
        """One key, one answer, however many deliveries there were at once."""
        told = [(a.status, a.document.get("reference")) for a in answers if a.act.kind == "twin"]
        if len(set(told)) > 1:
            self.ledger.broken.append(f"seed {self._seed}: one key, answers {told}")

    def _judge_approvals(self, answers: list[Answer]) -> None:
        """Exactly one approval counts; none where a move was faster."""
        moved = {a.act.subject for a in answers if a.act.kind == "move" and a.acknowledged}
        for reference in {a.act.subject for a in answers if a.act.kind == "approve"}:
            won = sum(
                a.acknowledged
                for a in answers
                if a.act.kind == "approve" and a.act.subject == reference
            )
            self.ledger.counts["approvals fought"] += 1
            if won != 1 and not (won == 0 and reference in moved):
                self.ledger.broken.append(f"seed {self._seed}: {won} approvals: {answers}")

    def _remember(self, answer: Answer) -> None:
        """What the next rounds can move, approve and decide."""
        kind, document = answer.act.kind, answer.document
        if kind == "move":
            self._after_move(answer)
        elif answer.acknowledged and kind in {"home", "ask"}:
            one = (answer.act.who, str(document["reference"]))
            self._waiting.append(one)
            if kind == "home":
                self._at_home.append(one)

    def _after_move(self, answer: Answer) -> None:
        one = (answer.act.who, str(answer.act.subject))
        if not answer.acknowledged:
            self._at_home.append(one)
        elif answer.document.get("proposed_move"):
            self._proposed.append(one[1])


def _went(act: Act, document: dict[str, Any]) -> bool:
    """Whether a booking, as read, has or proposes the slot that a move wanted."""
    slots = [document, document.get("proposed_move") or {}]
    (session,) = (act.body or {})["sessions"]
    wanted = session["starts_at"], session["resources"]
    return any((s.get("starts_at"), s.get("resources")) == wanted for s in slots)
