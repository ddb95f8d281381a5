"""Ten and more calls of PyGithub, as a user of it would test them; run by `test_real_clients`."""

import github
import pytest


@pytest.fixture
def stub(contract_stub):
    return contract_stub("github")


@pytest.fixture
def api(stub):
    client = github.Github(
        auth=github.Auth.Token("ghp_never_recorded"),
        base_url=stub.url,
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=0,
    )
    yield client
    client.close()


@pytest.fixture
def repository(api):
    return api.get_repo("ada/engine", lazy=True)


def test_a_repository_is_read(api, stub):
    stub.on("repos/get").reply(200, {"full_name": "ada/engine", "stargazers_count": 7})
    repository = api.get_repo("ada/engine")
    assert (repository.full_name, repository.stargazers_count) == ("ada/engine", 7)


def test_a_user_is_read(api):
    assert api.get_user("ada").login


def test_issues_are_listed(repository):
    assert all(issue.number > 0 for issue in repository.get_issues(state="open"))


def test_an_issue_is_opened(repository):
    issue = repository.create_issue(title="The mill turns backwards", body="See notes", labels=["bug"])
    assert issue.title == "The mill turns backwards"


def test_an_issue_is_commented_and_closed(repository):
    issue = repository.get_issue(12)
    assert issue.create_comment("Mended").body == "Mended"
    issue.edit(state="closed")


def test_an_issue_is_read(repository):
    assert repository.get_issue(12).title


def test_pull_requests_are_listed(repository):
    assert all(pull.number > 0 for pull in repository.get_pulls(state="open", sort="created"))


def test_a_release_is_made(repository):
    release = repository.create_git_release(tag="v1.0.0", name="One", message="First")
    assert release.tag_name == "v1.0.0"


def test_branches_are_listed(repository):
    assert all(branch.name for branch in repository.get_branches())


def test_a_commit_is_read(repository):
    assert repository.get_commit("6dcb09b5b57875f334f61aebed695e2e4193db5e").commit.message


def test_repositories_are_searched(api, stub):
    stub.on("search/repos").reply(200, {"total_count": 1, "items": [{"full_name": "ada/engine"}]})
    assert [found.full_name for found in api.search_repositories("engine language:python")] == ["ada/engine"]


def test_a_missing_repository_is_an_error(api, stub):
    stub.on("repos/get").reply(404, {"message": "Not Found"})
    with pytest.raises(github.UnknownObjectException):
        api.get_repo("ada/nothing")


def test_the_rate_limit_is_read(api):
    assert api.get_rate_limit().rate.limit >= 0
