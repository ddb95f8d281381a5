"""Garbage is collected as before once a block is over in which it was not."""

import gc

from contractkit.cli.collecting import uncollected


def test_nothing_is_collected_within_the_block() -> None:
    with uncollected():
        within = gc.isenabled()

    assert (within, gc.isenabled()) == (False, True)


def test_what_the_block_left_can_still_be_collected() -> None:
    frozen = gc.get_freeze_count()
    with uncollected():
        pass

    assert gc.get_freeze_count() <= frozen


def test_a_block_within_another_leaves_the_decision_to_that() -> None:
    with uncollected():
        with uncollected():
            pass
        between = gc.isenabled()

    assert (between, gc.isenabled()) == (False, True)
