"""What the sender keeps in memory of one notice that goes out. Everything else is in the store."""

from collections import deque
from dataclasses import replace

from service.notices import rules
from service.notices.sending import About
from service.notices.turns import Batch, Held, Recipient, Settled, Turn
from service.notices.values import Notice, Outcome


class Job:
    """People read ahead, people under way, and what became of others and is not written yet."""

    def __init__(self, notice: Notice, about: About) -> None:
        self.notice = notice
        self.about = about
        self.after = notice.floor
        self.buffer: deque[Recipient] = deque()
        self.under_way: dict[int, Recipient] = {}
        self.exhausted = False
        self.busy = False
        self.editing = False
        self.halted_at: float | None = None
        self.writing = False
        self.read_at = 0.0
        self._in_doubt_upto = notice.intent
        self._intent = notice.intent
        self._settled: list[Settled] = []
        self._held: list[Held] = []
        self._trying: list[int] = []
        self._tried = notice.settled
        self._wave: int | None = rules.first_wave(notice.total)
        if self._tried >= self._wave or notice.total <= self._wave:
            self._wave = None

    @property
    def id(self) -> str:
        """The notice's id."""
        return self.notice.id

    @property
    def looked_at(self) -> Notice:
        """The notice for reading its people: in doubt is only who a dead process left."""
        return replace(self.notice, intent=self._in_doubt_upto)

    @property
    def written(self) -> bool:
        """Whether nothing waits to be written."""
        return not (self.writing or self._settled or self._held or self._trying)

    @property
    def quiet(self) -> bool:
        """Whether nobody is under way, nothing is being read, and nothing waits to be written."""
        return self.written and not self.under_way and not self.busy

    @property
    def retries(self) -> bool:
        """Whether people who were put off are being tried again."""
        return any(one.held for one in (*self.buffer, *self.under_way.values()))

    def read(self, turn: Turn, at: float) -> None:
        """Take in the next people."""
        self.buffer.extend(turn.send)
        self._settled += turn.settled
        self._held += turn.held
        self.read_at = at
        if turn.upto is None:
            self.exhausted = True
        else:
            self.after = turn.upto

    def read_again(self, turn: Turn) -> None:
        """Take in people who were put off. What they try is written before they are sent to."""
        self.buffer.extendleft(reversed(turn.send))
        self._settled += turn.settled
        self._held += turn.held
        self._trying += [one.number for one in turn.send]

    def refresh(self, notice: Notice, asked_at: float) -> None:
        """The notice as it was asked for at a moment, unless something was written since."""
        if self.halted_at is not None and self.halted_at < asked_at:
            self.halted_at = None
        if notice.settled >= self.notice.settled:
            self.notice = notice

    def forget(self) -> None:
        """Read everybody who is not under way anew: what was read is too old."""
        self.after = self._floor()
        self.buffer.clear()
        self.exhausted = False

    def rest(self) -> None:
        """The notice does not go out now: when it does again, everything is looked at anew."""
        self.forget()
        self.halted_at = None

    def ready(self) -> bool:
        """Whether the next person may be sent to: it is written that they are about to be."""
        if (
            self.halted_at is not None
            or not self.buffer
            or (self._wave is not None and self._tried >= self._wave)
        ):
            return False
        first = self.buffer[0]
        if first.held:
            return first.number not in self._trying and not self.writing
        return first.number <= self._intent

    def wants_intent(self) -> bool:
        """Whether the next person waits for a commit."""
        return bool(self.buffer) and not self.buffer[0].held and not self.ready()

    def start(self) -> Recipient:
        """The next person's turn begins."""
        one = self.buffer.popleft()
        self.under_way[one.number] = one
        self._tried += 1
        return one

    def settle(
        self, one: Recipient, outcome: Outcome, message_id: int = 0, rev: int | None = None
    ) -> None:
        """A person's turn is over."""
        self.under_way.pop(one.number, None)
        self._settled.append(
            Settled(
                number=one.number,
                outcome=outcome,
                language=self.notice.content.language_for(one.locale),
                message_id=message_id,
                rev=rev or self.notice.rev,
            )
        )

    def hold(self, one: Recipient, held: Held) -> None:
        """A person is put off."""
        self.under_way.pop(one.number, None)
        self._held.append(held)

    def give_back(self, one: Recipient, changed: Recipient | None = None) -> None:
        """Nothing was sent: it is this person's turn again, before everybody else's."""
        self.under_way.pop(one.number, None)
        self.buffer.appendleft(changed or one)
        self._tried -= 1

    def wave_is_over(self) -> bool:
        """Whether the first wave was sent and all of it has an end that is written."""
        return self._wave is not None and self._tried >= self._wave and self.quiet

    def pass_wave(self) -> None:
        """The rest may follow."""
        self._wave = None

    def take(self, ahead: int) -> Batch | None:
        """What the next commit says; ``ahead`` people more may then be sent to."""
        coming = [one.number for one in list(self.buffer)[:ahead] if not one.held]
        intent = max(coming, default=self._intent)
        floor = self._floor()
        nothing = not (self._settled or self._held or self._trying)
        if nothing and intent <= self._intent and floor <= self.notice.floor:
            return None
        batch = Batch(
            settled=tuple(self._settled),
            held=tuple(self._held),
            trying=tuple(self._trying),
            floor=floor,
            intent=max(intent, self._intent),
        )
        self._settled, self._held, self._trying = [], [], []
        self.writing = True
        return batch

    def wrote(self, batch: Batch, notice: Notice) -> None:
        """The commit is done."""
        assert batch.intent is not None
        self._intent = batch.intent
        self.notice = notice
        self.writing = False

    def failed(self, batch: Batch) -> None:
        """The commit did not happen."""
        self._settled[:0] = batch.settled
        self._held[:0] = batch.held
        self._trying[:0] = batch.trying
        self.writing = False

    def _floor(self) -> int:
        open_ = [one.number for one in (*self.buffer, *self.under_way.values()) if not one.held]
        return min([self.after + 1, *open_]) - 1
