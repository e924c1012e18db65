"""Readings take turns."""

from __future__ import annotations

import threading
import time

import pytest

from compare.comparison.turns import Turns


def started(work, *names):
    """Start a thread for each name, in this order, and return them."""
    threads = []
    for name in names:
        thread = threading.Thread(target=work, args=(name,))
        thread.start()
        threads.append(thread)
        time.sleep(0.05)  # so that it is in the queue before the next one
    return threads


def ended(threads):
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def test_one_reads_at_a_time_in_the_order_of_coming():
    turns, seen = Turns(), []

    def work(name):
        with turns.take():
            seen.append(f"{name} begins")
            time.sleep(0.1)  # a reading
            seen.append(f"{name} ends")

    ended(started(work, *"abcd"))
    assert seen == [f"{name} {what}" for name in "abcd" for what in ("begins", "ends")]


def test_those_that_wait_are_told_how_many_are_ahead():
    turns, told = Turns(), {}

    def work(name):
        told[name] = []
        with turns.take(lambda ahead, seconds: told[name].append((ahead, seconds))):
            time.sleep(0.8)  # longer than the half second between two messages to those that wait

    ended(started(work, *"abc"))
    assert not told["a"]
    assert {ahead for ahead, _ in told["b"]} == {1}
    assert [ahead for ahead, _ in told["c"]] == sorted((n for n, _ in told["c"]), reverse=True)
    assert told["c"][0][0] == 2
    assert all(seconds > 0 for _, seconds in told["c"])


def test_a_long_reading_lets_others_pass_between_its_steps():
    turns, seen = Turns(longest=0.1), []

    def work(name):
        with turns.take() as turn:
            for step in range(1 if name != "long" else 6):
                time.sleep(0.05)  # a step of a reading
                seen.append(f"{name}{step}")
                turn.let_others_pass()

    ended(started(work, "long", "x", "y"))
    assert sorted(seen) == sorted([*(f"long{n}" for n in range(6)), "x0", "y0"])
    assert seen.index("x0") < seen.index("y0") < seen.index("long5")


def test_who_stops_waiting_is_out_of_the_queue():
    turns, seen = Turns(), []

    def leave(ahead, seconds):
        raise ConnectionAbortedError

    def work(name):
        try:
            with turns.take(leave if name == "leaves" else None):
                time.sleep(0.7)  # longer than the half second between two messages to the others
                seen.append(name)
        except ConnectionAbortedError:
            seen.append(f"{name} early")

    ended(started(work, "first", "leaves", "last"))
    assert seen == ["leaves early", "first", "last"]


def test_an_error_in_a_turn_ends_it():
    turns = Turns()
    with pytest.raises(ValueError, match="broken"), turns.take():
        raise ValueError("broken")
    assert len(turns) == 0


def test_who_leaves_early_does_not_change_the_rough_time():
    turns, told = Turns(), []

    def leave(ahead, seconds):
        raise ConnectionAbortedError

    def work(name):
        try:
            with turns.take(leave if name == "leaves" else lambda *said: told.append(said)):
                time.sleep(0.7)  # longer than the half second between two messages to the others
        except ConnectionAbortedError:
            pass

    ended(started(work, "first", "leaves", "last"))
    assert told
    assert all(0 < seconds < 10 for _, seconds in told)


def test_a_thread_that_has_a_turn_keeps_it():
    turns = Turns()
    with turns.take() as outer, turns.take() as inner:
        assert inner is outer
    with turns.take() as again:
        assert again is not outer
