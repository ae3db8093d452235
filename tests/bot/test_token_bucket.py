"""A token bucket allows a burst and then a steady pace, to each key by itself."""

from bot.token_bucket import TokenBuckets


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_allowed_and_then_one_each_refill():
    seconds = Seconds()
    buckets = TokenBuckets(12, 1 / 5, now=seconds)
    assert [buckets.take("anna") for _ in range(13)] == [True] * 12 + [False]
    seconds.now = 4.9
    assert not buckets.take("anna")
    seconds.now = 5.0
    assert [buckets.take("anna"), buckets.take("anna")] == [True, False]
    assert buckets.take("emma")


def test_a_bucket_never_holds_more_than_its_burst():
    seconds = Seconds()
    buckets = TokenBuckets(2, 1, now=seconds)
    assert buckets.take("anna")
    seconds.now = 3600.0
    assert [buckets.take("anna") for _ in range(3)] == [True, True, False]
    for _ in range(5):
        buckets.give_back("anna")
    assert [buckets.take("anna") for _ in range(3)] == [True, True, False]


def test_only_the_keys_used_last_are_remembered():
    buckets = TokenBuckets(1, 1, now=Seconds(), remembered=2)
    assert buckets.take("anna")
    assert buckets.take("emma")
    assert not buckets.take("anna")
    assert buckets.take("olga")
    assert len(buckets) == 2
    assert not buckets.take("anna")
    assert buckets.take("emma"), "a key that was dropped starts with a full bucket"
