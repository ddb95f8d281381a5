"""Reading again: a test that passed is run again with the answers of before, and what it reads of them is watched."""

from collections.abc import Callable, Mapping

from contractkit.inference import AnswerId
from contractkit.model import HttpCall, HttpResponse, Interaction, Location
from contractkit.recording.reads_clients import Answered, ReadWatch
from contractkit.recording.serving_again import Again, ServingAgain


class ReadingAgain(ServingAgain):
    """What a re-run without changes is served, and which answers it got how often."""

    def __init__(self, again: Again, *, most: int, too_many: Callable[[], None]) -> None:
        """Take what the test was served before; the rest as of any re-run."""
        super().__init__(again, (), most=most, too_many=too_many)
        self._answers: dict[AnswerId, list[Answered]] = {}
        self._given: list[Answered] = []

    def http(self, provider: str, interaction: Interaction, response: HttpResponse) -> HttpResponse:
        """Give a response as it is, and remember it."""
        response = super().http(provider, interaction, response)
        if isinstance(interaction.exchange, HttpCall):
            answered = Answered(interaction.exchange.request.method, response)
            self._given.append(answered)
            found = self._again.by_http.get((provider, interaction.key, repr(interaction.served)))
            if found is not None:
                self._answers.setdefault(found, []).append(answered)
        return response

    def read(self, watch: ReadWatch) -> Mapping[AnswerId, frozenset[Location]]:
        """Give the places that were read of each answer of which that is known."""
        found = {answer: watch.read_of(given, self._given) for answer, given in self._answers.items()}
        return {answer: places for answer, places in found.items() if places is not None}
