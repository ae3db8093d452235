"""What the sender keeps in memory of one notice that goes out. Everything else is in the store."""

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import replace

from bot.broadcast.bodies import MessageBodies
from bot.broadcast.canary import Canary
from service.notices.delivery.cases import NoticeLicences
from service.notices.delivery_values import (
    Deferred,
    OutcomeBatch,
    Recipient,
    RecipientBatch,
    Settled,
)
from service.notices.values import Notice, NoticeOutcome, NoticeStatus


class BroadcastJob:
    """People read ahead, people under way, and what became of others and is not yet written."""

    def __init__(self, notice: Notice, about: NoticeLicences) -> None:
        self.notice = notice
        self.about = about
        self.letters = MessageBodies(about)
        self.after = notice.settled_upto
        self.buffer: deque[Recipient] = deque()
        self.chats: dict[str, tuple[int, bool]] = {}
        self.under_way: dict[int, Recipient] = {}
        self.exhausted = False
        self.busy = False
        self.editing = False
        self.finishing = False
        self.resting = False
        self.halted_at: float | None = None
        self.writing = False
        self.read_at = 0.0
        self._in_doubt_upto = notice.send_upto
        self._intent = notice.send_upto
        self._settled: list[Settled] = []
        self._held: list[Deferred] = []
        self._trying: list[int] = []
        self._again = False
        self._put_off: dict[int, bool] = {}
        self._in_vain: set[int] = set()
        self._unwritten: set[int] = set()
        self.wave = Canary(notice)

    @property
    def id(self) -> str:
        """The notice's id."""
        return self.notice.id

    @property
    def looked_at(self) -> Notice:
        """The notice for reading its people: in doubt is only who a dead process left."""
        return replace(self.notice, send_upto=self._in_doubt_upto)

    @property
    def quiet(self) -> bool:
        """Whether nobody is under way, nothing is being read, and nothing waits to be written."""
        unwritten = self.writing or self._settled or self._held or self._trying
        return not (unwritten or self.under_way or self.busy)

    @property
    def again(self) -> set[int]:
        """Of those who were put off: who is being tried now, or whose end is not yet written."""
        return {
            recipient.number for recipient in self._open() if recipient.deferred
        } | self._unwritten

    @property
    def retries(self) -> bool:
        """Whether people who were put off are being tried again."""
        return any(recipient.deferred for recipient in self._open())

    def _open(self) -> list[Recipient]:
        return [*self.buffer, *self.under_way.values()]

    def read(self, turn: RecipientBatch, chats: dict[str, tuple[int, bool]], at: float) -> None:
        """Take in the next people, unless the notice has come to rest meanwhile."""
        if self.resting:
            return
        self.buffer.extend(turn.send)
        self.chats.update(chats)
        self._settled += turn.settled
        self._held += turn.deferred
        self.read_at = at
        if turn.upto is None:
            self.exhausted = True
        else:
            self.after = turn.upto

    def read_again(self, turn: RecipientBatch, but: Collection[int]) -> None:
        """Take in people who were put off, ``but`` those whose turn was not over at the time."""
        open_ = self.again | set(but)
        send = [self._known(recipient) for recipient in turn.send if recipient.number not in open_]
        settled = [settled_row for settled_row in turn.settled if settled_row.number not in open_]
        held = [deferred_row for deferred_row in turn.deferred if deferred_row.number not in open_]
        self.buffer.extendleft(reversed(send))
        self._settled += settled
        self._held += held
        self._unwritten |= _numbers(settled, held)
        self._trying += [recipient.number for recipient in send]

    def _known(self, recipient: Recipient) -> Recipient:
        # That this process itself was about to send to somebody does not put them in doubt.
        return replace(
            recipient, in_doubt=self._put_off.setdefault(recipient.number, recipient.in_doubt)
        )

    def refresh(self, notice: Notice, asked_at: float) -> None:
        """The notice as it was asked for at a moment, unless something was written since."""
        if self.halted_at is not None and self.halted_at < asked_at:
            self.halted_at = None
        # What was asked before this process took it over has an epoch of the past.
        if notice.epoch == self.notice.epoch and notice.settled >= self.notice.settled:
            self.notice = notice

    def forget(self) -> None:
        """Read everybody who is not under way anew: what was read is too old."""
        self.after = self._floor()
        self._in_vain |= {
            recipient.number
            for recipient in self.buffer
            if recipient.deferred and not recipient.in_doubt
        }
        self.buffer.clear()
        self.chats.clear()
        self.exhausted = False

    def rest(self) -> None:
        """The notice does not go out now: when it does again, everything is looked at anew."""
        self.forget()
        self.resting = True
        self.halted_at = None

    def wake(self) -> bool:
        """It may go out. Whoever was under way when it came to rest has an end first."""
        if self.resting and self.quiet:
            self.forget()
            self.resting = False
        return not self.resting

    @property
    def _goes(self) -> bool:
        halted = self.resting or self.halted_at is not None or self.wave.full
        return self.notice.status is NoticeStatus.RUNNING and not halted

    def ready(self) -> bool:
        """Whether the next person may be sent to: it is written that they are about to be."""
        if not self.buffer or not self._goes:
            return False
        first = self.buffer[0]
        if first.deferred:
            return first.number not in self._trying and not self.writing
        return first.number <= self._intent

    def wants_intent(self) -> bool:
        """Whether the next person waits for a commit."""
        first = self.buffer[0] if self.buffer and self._goes else None
        return first is not None and not first.deferred and first.number > self._intent

    def start(self) -> Recipient:
        """The next person's turn begins."""
        recipient = self.buffer.popleft()
        self.under_way[recipient.number] = recipient
        self.wave.tried += 1
        return recipient

    def settle(
        self,
        recipient: Recipient,
        outcome: NoticeOutcome,
        message_id: int = 0,
        rev: int | None = None,
    ) -> None:
        """A person's turn is over."""
        self._over(recipient)
        self._settled.append(
            Settled(
                number=recipient.number,
                outcome=outcome,
                language=self.notice.content.language_for(recipient.locale),
                message_id=message_id,
                rev=rev or self.notice.rev,
            )
        )

    def hold(self, recipient: Recipient, deferred: Deferred) -> None:
        """A person is put off."""
        self._over(recipient)
        self._held.append(deferred)

    def _over(self, recipient: Recipient) -> None:
        self.under_way.pop(recipient.number, None)
        if recipient.deferred:
            self._unwritten.add(recipient.number)

    def give_back(self, recipient: Recipient, changed: Recipient | None = None) -> None:
        """Nothing was sent: it is this person's turn again, before everybody else's."""
        self.under_way.pop(recipient.number, None)
        self.wave.tried -= 1
        if not self.resting:
            self.buffer.appendleft(changed or recipient)

    def wave_is_over(self) -> bool:
        """Whether the first wave was sent and all of it has an end that is written."""
        return self.wave.full and self.quiet

    def take(self, ahead: int) -> OutcomeBatch | None:
        """What the next commit says; ``ahead`` people more may then be sent to."""
        intent = max(self._intent, self._coming(ahead))
        floor = self._floor()
        nothing = not (self._settled or self._held or self._trying)
        if nothing and intent <= self._intent and floor <= self.notice.settled_upto:
            return None
        batch = OutcomeBatch(
            settled=tuple(self._settled),
            deferred=tuple(self._held),
            trying=tuple(self._trying),
            put_off=tuple(self._unwritten),
            settled_upto=floor,
            send_upto=intent,
            again=self._again,
        )
        self._settled, self._held, self._trying = [], [], []
        self.writing = True
        return batch

    def last_words(self) -> OutcomeBatch | None:
        """What a commit says when this process lets go of a notice of which nobody is under way.

        Who was about to be sent to was not: whoever takes it up again must not be in doubt.
        """
        self.rest()
        if not self.quiet or (self._intent <= self.after and not self._in_vain):
            return None
        return OutcomeBatch(
            put_off=(), unsent=tuple(self._in_vain), settled_upto=self.after, send_upto=self.after
        )

    def wrote(self, batch: OutcomeBatch, notice: Notice) -> None:
        """The commit is done."""
        assert batch.send_upto is not None
        self._intent = batch.send_upto
        self.notice = notice
        self.writing = self._again = False
        self._unwritten -= _numbers(batch.settled, batch.deferred)

    def failed(self, batch: OutcomeBatch) -> None:
        """The commit did not happen, or nobody said that it did."""
        self._settled[:0] = batch.settled
        self._held[:0] = batch.deferred
        self._trying[:0] = batch.trying
        self._again = True
        self.writing = False

    def _coming(self, ahead: int) -> int:
        coming = [recipient.number for recipient in self.buffer if not recipient.deferred][:ahead]
        return max(coming, default=0) if self._goes else 0

    def _floor(self) -> int:
        open_ = [recipient.number for recipient in self._open() if not recipient.deferred]
        return min([self.after + 1, *open_]) - 1


def _numbers(settled: Iterable[Settled], deferred: Iterable[Deferred]) -> set[int]:
    return {row.number for row in settled} | {row.number for row in deferred}
