"""The file of exemptions: the one that is named, else the one in the project, else none."""

from dataclasses import dataclass
from pathlib import Path

from contractkit.errors import UsageError
from contractkit.impact.exemptions import EXEMPTIONS_FILE, Exemption, read_exemptions


@dataclass(frozen=True, slots=True, kw_only=True)
class ExemptionFile:
    """What the file says, and its text, None where there is no file."""

    exemptions: tuple[Exemption, ...] = ()
    text: str | None = None


def read_exemption_file(named: Path | None, root: Path) -> ExemptionFile:
    """Give the exemptions of the file that is named, else of the one in the project; none where there is none.

    Raises:
        UsageError: The file that is named is not there, or one cannot be read.
        SettingsError: It holds no exemptions, or wrong ones.
    """
    file = named or root / EXEMPTIONS_FILE
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        if named is None:
            return ExemptionFile()
        raise UsageError(
            "The file of exemptions is not there.",
            details=[("file", str(named))],
            next_step=f"Name one that is, or leave --exemptions out: {EXEMPTIONS_FILE} is read where it is there.",
        ) from None
    except OSError as error:
        raise UsageError(
            "The file of exemptions cannot be read.",
            details=[("file", str(file)), ("problem", error.strerror or str(error))],
        ) from None
    read = read_exemptions(data, source=str(named or EXEMPTIONS_FILE))
    return ExemptionFile(exemptions=read, text=data.decode("utf-8-sig"))
