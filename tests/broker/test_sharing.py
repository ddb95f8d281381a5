"""Who asks the same at once is given one answer, and it was looked up after each of them had asked."""

import asyncio
from itertools import count

from contractkit_broker.sharing import Shared


class Work:
    """Gives the number of each turn, and ends a turn when it is let go."""

    def __init__(self) -> None:
        self.turns = count(1)
        self.begun = asyncio.Semaphore(0)
        self.may_end = asyncio.Semaphore(0)

    async def __call__(self) -> int:
        turn = next(self.turns)
        self.begun.release()
        await self.may_end.acquire()
        return turn


def test_those_who_ask_while_it_is_worked_on_share_the_next_answer() -> None:
    async def ask() -> tuple[int, list[int]]:
        shared, work = Shared[int](), Work()
        first = asyncio.create_task(shared.answer("page", work))
        await work.begun.acquire()
        later = [asyncio.create_task(shared.answer("page", work)) for _ in range(3)]
        work.may_end.release()
        await work.begun.acquire()
        work.may_end.release()
        return await first, [await each for each in later]

    assert asyncio.run(ask()) == (1, [2, 2, 2])


def test_questions_that_differ_are_worked_on_at_once() -> None:
    async def ask() -> list[int]:
        shared, work = Shared[int](), Work()
        both = [asyncio.create_task(shared.answer(each, work)) for each in ("one", "other")]
        for _ in both:
            await work.begun.acquire()
        for _ in both:
            work.may_end.release()
        return [await each for each in both]

    assert asyncio.run(ask()) == [1, 2]


def test_one_who_goes_away_takes_no_answer_from_the_others() -> None:
    async def ask() -> int:
        shared, work = Shared[int](), Work()
        gone = asyncio.create_task(shared.answer("page", work))
        await work.begun.acquire()
        both = [asyncio.create_task(shared.answer("page", work)) for _ in range(2)]
        work.may_end.release()
        await gone
        await work.begun.acquire()
        both[0].cancel()
        work.may_end.release()
        return await both[1]

    assert asyncio.run(ask()) == 2


def test_a_failure_is_everybodys_and_is_not_kept() -> None:
    async def fail() -> int:
        raise ValueError("gone")

    async def succeed() -> int:
        return 7

    async def ask() -> tuple[list[object], int]:
        shared = Shared[int]()
        both = await asyncio.gather(*(shared.answer("page", fail) for _ in range(2)), return_exceptions=True)
        return [str(each) for each in both], await shared.answer("page", succeed)

    assert asyncio.run(ask()) == (["gone", "gone"], 7)


def test_an_answer_is_looked_up_after_everybody_had_asked() -> None:
    async def ask() -> list[str]:
        shared, told = Shared[str](), ["before"]
        may_end = asyncio.Event()

        async def look() -> str:
            found = told[-1]
            await may_end.wait()
            return found

        early = asyncio.create_task(shared.answer("page", look))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        told.append("after")
        late = asyncio.create_task(shared.answer("page", look))
        may_end.set()
        return [await early, await late]

    assert asyncio.run(ask()) == ["before", "after"]
