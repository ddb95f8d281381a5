"""What must be there before the list of notebooks asks: files below the directory that the server shows."""

from pathlib import Path

from contractkit import provider_state

ROOT = Path(__file__).parent / "root"


@provider_state("a file exists")
def a_file_exists(path: str, text: str):
    (ROOT / path).write_text(text)
    yield
    (ROOT / path).unlink(missing_ok=True)


@provider_state("no file exists")
def no_file_exists(path: str):
    (ROOT / path).unlink(missing_ok=True)
    yield
    (ROOT / path).unlink(missing_ok=True)


@provider_state("a checkpoint was made")
def a_checkpoint_was_made(path: str):
    checkpoint = ROOT / ".ipynb_checkpoints" / f"{Path(path).stem}-checkpoint{Path(path).suffix}"
    checkpoint.parent.mkdir(exist_ok=True)
    checkpoint.write_text("before")
    yield
    checkpoint.unlink(missing_ok=True)
