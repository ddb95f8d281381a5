"""Importing: what another broker knows, a Pact Broker or one of ours, brought into this one over both their APIs."""

from contractkit.importing.records import Extent
from contractkit.importing.running import import_history
from contractkit.importing.tally import Kept, NotImported, Report, Tally

__all__ = ["Extent", "Kept", "NotImported", "Report", "Tally", "import_history"]
