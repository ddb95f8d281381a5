"""Exemptions: what somebody answers for is silent until a day, and what is wrong with the file is said."""

import copy
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from contractkit.errors import SettingsError
from contractkit.exact_json import read_json
from contractkit.impact import ConsumerInfo, analyse, records
from contractkit.impact.exemptions import read_exemptions
from contractkit.impact.text import explain_impact
from contractkit.model import Contract
from tests.impact.conftest import definition

Run = Callable[..., tuple[int, str, str]]

LATER, EARLIER = (date.today() + timedelta(days=days) for days in (30, -30))


def exemption(fingerprint: str, *, expires: date = LATER, **scope: str) -> str:
    more = "".join(f'{name} = "{value}"\n' for name, value in scope.items())
    return (
        f'[[exemption]]\nfingerprint = "{fingerprint}"\nreason = "the note is shown nowhere"\nowner = "shop team"\n'
        f"expires = {expires}\n{more}"
    )


@pytest.fixture
def fingerprint(project: Run) -> str:
    _, out, _ = project("old.yaml", "new.yaml", "--format", "json")
    found = [each for one in read_json(out)["consumers"][0]["interactions"] for each in one["findings"]]
    return str(found[0]["fingerprint"])


def test_what_is_exempted_is_listed_and_hurts_nobody(project: Run, fingerprint: str) -> None:
    text = exemption(fingerprint).replace('"the note is shown nowhere"', '"""the note is\n shown nowhere"""')
    Path("contractkit-exemptions.toml").write_text(text)
    code, out, _ = project("old.yaml", "new.yaml")
    assert code == 0
    assert (
        f"Exempted:\n\n  {fingerprint}   web-shop: getOrder response.body.note broken; the note is shown nowhere "
        f"(shop team, until {LATER})\n\n"
    ) in out
    assert out.endswith("Of 1 contract: 1 exempted; 1 finding exempted.\n")


def test_what_has_expired_fails(project: Run, fingerprint: str) -> None:
    Path("mine.toml").write_text(exemption(fingerprint, expires=EARLIER))
    code, out, _ = project("old.yaml", "new.yaml", "--exemptions", "mine.toml")
    assert code == 1
    assert f"(shop team, expired on {EARLIER}, so it counts)" in out
    assert out.endswith("Of 1 contract: 1 broken; 1 exemption expired, which fails.\n")
    markdown = project("old.yaml", "new.yaml", "--exemptions", "mine.toml", "--format", "markdown")[1]
    assert "<details open><summary>1 exemption expired, which fails</summary>" in markdown


def test_the_latest_of_several_decides(project: Run, fingerprint: str) -> None:
    text = exemption(fingerprint, expires=EARLIER) + exemption(fingerprint)
    Path("contractkit-exemptions.toml").write_text(text)
    assert project("old.yaml", "new.yaml")[0] == 0


@pytest.mark.parametrize(
    ("scope", "code"), [({"consumer": "web-*"}, 0), ({"consumer": "app"}, 1), ({"version": "*"}, 1)]
)
def test_an_exemption_holds_in_its_scope(project: Run, fingerprint: str, scope: Any, code: int) -> None:
    Path("contractkit-exemptions.toml").write_text(exemption(fingerprint, **scope))
    assert project("old.yaml", "new.yaml")[0] == code


def test_what_is_not_found_any_more_is_to_be_removed(project: Run) -> None:
    Path("contractkit-exemptions.toml").write_text(exemption("0123456789abcdef"))
    code, out, _ = project("old.yaml", "old.yaml")
    assert code == 0
    assert "Exempted:\n\n  0123456789abcdef: no finding of this analysis; remove it if it is of no other\n" in out


def test_what_speaks_of_others_is_said_not_to_be_removed(project: Run, fingerprint: str) -> None:
    Path("contractkit-exemptions.toml").write_text("\ufeff" + exemption(fingerprint, consumer="app"))
    code, out, _ = project("old.yaml", "new.yaml")
    assert code == 1
    why = "its finding is of a consumer, version or environment that it does not speak of"
    assert f"Exempted:\n\n  {fingerprint}: {why}\n" in out
    assert read_json(project("old.yaml", "new.yaml", "--format", "json")[1])["exemptions_out_of_scope"] == [fingerprint]


def test_findings_told_together_show_all_their_fingerprints(old_document: Any, contract: Contract) -> None:
    new = copy.deepcopy(old_document)
    del new["components"]["schemas"]["Order"]["properties"]["note"]
    (read,) = (each for each in contract.interactions if each.description == "reads the note")
    twice = replace(contract, interactions=(read, replace(read, description="again", key="again")))
    report = analyse(definition(old_document), definition(new), [(twice, ConsumerInfo())])
    first, second = (each.fingerprint for each in report.findings)
    assert f"  fingerprint   {first}\n                {second}\n" in explain_impact(report)


def test_machines_and_pull_requests_are_told(project: Run, fingerprint: str) -> None:
    Path("contractkit-exemptions.toml").write_text(exemption(fingerprint))
    document = read_json(project("old.yaml", "new.yaml", "--format", "json")[1])
    (told,) = document["exempted"]
    assert (told["finding"]["fingerprint"], told["expired"], document["verdict"]) == (fingerprint, False, "unaffected")
    assert [(each["verdict"], each["exempted"]) for each in document["consumers"]] == [("unaffected", True)]
    markdown = project("old.yaml", "new.yaml", "--format", "markdown")[1]
    assert "<details><summary>1 finding exempted</summary>" in markdown
    assert re.search(r"^\| web-shop \| exempted \| \d+ interactions \|$", markdown, re.MULTILINE)
    assert "1 exempted; 1 finding exempted" in project("old.yaml", "new.yaml", "--format", "github")[1]


def test_what_is_no_file_is_said_in_words(project: Run) -> None:
    Path("contractkit-exemptions.toml").mkdir()
    code, _, err = project("old.yaml", "new.yaml")
    assert (code, err.splitlines()[0], err.splitlines()[-1]) == (
        2,
        "The file of exemptions cannot be read.",
        "  problem   Is a directory",
    )


def test_a_renamed_rule_keeps_the_fingerprint(
    old_document: Any, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = copy.deepcopy(old_document)
    del new["components"]["schemas"]["Order"]["properties"]["note"]
    (found,) = analyse(definition(old_document), definition(new), [(contract, ConsumerInfo())]).findings
    renamed = replace(found, worry=replace(found.worry, code="response.not-described"))
    assert renamed.fingerprint != found.fingerprint
    monkeypatch.setattr(records, "FORMER_NAMES", {"response.not-described": "response.undeclared"})
    assert renamed.fingerprint == found.fingerprint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[exemption]", "The exemptions are no TOML."),
        ("[exemption]\nreason = 'x'", "expected [[exemption]] tables only, received exemption"),
        ("[[exemptions]]\nreason = 'x'", "expected [[exemption]] tables only, received exemptions"),
        ("[[exemption]]\nfingerprint = '0123456789abcdef'", "line 1"),
        ("\n[[exemption]]\nfingerprint = '0123456789abcdef'", "line 2"),
        (exemption("0123456789abcdeF"), "expected 16 hexadecimal digits as a report gives them"),
        (exemption("0123"), 'received "0123"'),
        (exemption("0123456789abcdef").replace(str(LATER), f'"{LATER}"'), "expected a date such as 2027-01-31"),
        (exemption("0123456789abcdef").replace(str(LATER), "2027-01-31T00:00:00Z"), "expected a date"),
        (exemption("0123456789abcdef", consumr="web-shop"), "consumr is not known. Did you mean consumer or owner?"),
        (exemption("0123456789abcdef").replace("shop team", " "), 'owner: expected a text, received " "'),
        (exemption("0123456789abcdef").replace('"shop team"', "7"), "owner: expected a text, received 7"),
        (exemption("0123456789abcdef").replace('"shop team"', str(LATER)), f"owner: expected a text, received {LATER}"),
        ("\n[[ exemption ]]\nreason = 'x'", "line 2   fingerprint is missing"),
        ("exemption = [{reason = 'x'}]", "table 1   fingerprint is missing"),
        ("exemption = [7]", "table 1   expected a table, received 7"),
        (exemption("0123456789abcdef").replace('"shop team"', "nan"), "owner: expected a text, received nan"),
        (f"exemption = {'[' * 5_000}", "it is nested too deeply"),
        (f"exemption = {'9' * 5_000}", "problem   Exceeds the limit"),
        ("[[exemption]]\nowner = '\udcff'", "'utf-8' codec can't decode byte 0xff in position 23: invalid start byte"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(text: str, said: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_exemptions(text.encode(errors="surrogateescape"), source="mine.toml")
    assert said in str(refused.value)
    assert "mine.toml" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "missing.toml",
            "The file of exemptions is not there.\n\n  file   missing.toml\n\nName one that is, or leave --exemptions "
            "out: contractkit-exemptions.toml is read where it is there.\n",
        ),
        (
            "folder",
            "Usage: contractkit impact [OPTIONS] [OLD] NEW\nTry 'contractkit impact --help' for help.\n\n"
            "Error: Invalid value for '--exemptions': File 'folder' is a directory.\n",
        ),
    ],
)
def test_a_file_that_is_not_there_is_said(project: Run, name: str, said: str) -> None:
    Path("folder").mkdir()
    assert project("old.yaml", "new.yaml", "--exemptions", name) == (2, "", said)
