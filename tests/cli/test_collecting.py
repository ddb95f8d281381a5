"""Garbage is collected as before once a block is over in which it was not."""

import gc
import subprocess
import sys

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


def test_what_is_in_the_way_at_the_end_is_left_to_the_process() -> None:
    script = """if True:
        import atexit, gc, sys
        atexit.register(lambda: print(gc.get_freeze_count() > 0))
        from contractkit.cli.main import main
        sys.argv = ["contractkit", "--version"]
        main()
    """
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (run.stdout.splitlines()[-1], run.returncode) == ("True", 0)
