"""Build systems: the variables by which the usual ones say what they build. Tables alone; `builds` reads them.

What a system builds for a proposal (a pull or merge request) is often not its head but a merge of it into the target, a
commit that nobody else ever sees. `HEADS` names the head then, and is preferred where the merge is what is checked out.
"""

BRANCHES = (
    "GITHUB_HEAD_REF",  # GitHub, pull requests
    "GITHUB_REF_NAME",
    "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",  # GitLab, merge requests
    "CI_COMMIT_SOURCE_BRANCH",  # Woodpecker, pull requests
    "CI_COMMIT_REF_NAME",  # GitLab
    "CI_COMMIT_BRANCH",  # Woodpecker
    "BITBUCKET_BRANCH",
    "SYSTEM_PULLREQUEST_SOURCEBRANCH",  # Azure Pipelines, pull requests
    "BUILD_SOURCEBRANCH",  # Azure Pipelines; its …NAME is only what stands behind the last slash
    "CIRCLE_BRANCH",
    "TRAVIS_PULL_REQUEST_BRANCH",
    "TRAVIS_BRANCH",
    "BUILDKITE_BRANCH",
    "DRONE_SOURCE_BRANCH",
    "SEMAPHORE_GIT_PR_BRANCH",  # pull requests; …GIT_BRANCH is the target then
    "SEMAPHORE_GIT_BRANCH",
    "APPVEYOR_PULL_REQUEST_HEAD_REPO_BRANCH",
    "APPVEYOR_REPO_BRANCH",
    "CODEBUILD_WEBHOOK_HEAD_REF",
    "BITRISE_GIT_BRANCH",
    "CF_BRANCH",  # Codefresh
    "bamboo_planRepository_branchName",
    "CHANGE_BRANCH",  # Jenkins, change requests
    "BRANCH_NAME",
    "GIT_BRANCH",
)
"""The branch that is built, of a proposal its own; the first that says something counts."""

COMMITS = (
    "GITHUB_SHA",
    "CI_COMMIT_SHA",
    "BITBUCKET_COMMIT",
    "BUILD_SOURCEVERSION",
    "CIRCLE_SHA1",
    "TRAVIS_COMMIT",
    "BUILDKITE_COMMIT",  # HEAD for a build that somebody started by hand
    "DRONE_COMMIT_SHA",
    "SEMAPHORE_GIT_SHA",
    "APPVEYOR_REPO_COMMIT",
    "CODEBUILD_RESOLVED_SOURCE_VERSION",
    "BITRISE_GIT_COMMIT",
    "CF_REVISION",
    "bamboo_planRepository_revision",
    "BUILD_VCS_NUMBER",  # TeamCity
    "GIT_COMMIT",
)
"""The commit that is built."""

HEADS = (
    "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA",  # GitLab, pipelines of merged results
    "SYSTEM_PULLREQUEST_SOURCECOMMITID",
    "TRAVIS_PULL_REQUEST_SHA",
    "SEMAPHORE_GIT_PR_SHA",
    "APPVEYOR_PULL_REQUEST_HEAD_COMMIT",
)
"""The head of a proposal whose merge is built; GitHub says it in the file of `GITHUB_EVENT_PATH`."""

PAGES = (
    "CI_JOB_URL",
    "CI_PIPELINE_URL",  # Woodpecker
    "CIRCLE_BUILD_URL",
    "TRAVIS_BUILD_WEB_URL",
    "BUILDKITE_BUILD_URL",
    "DRONE_BUILD_LINK",
    "CODEBUILD_BUILD_URL",
    "BITRISE_BUILD_URL",
    "CF_BUILD_URL",
    "bamboo_buildResultsUrl",
    "BUILD_URL",  # Jenkins, TeamCity
)
"""The page of the build."""

TEMPLATES = (
    "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    "{BITBUCKET_GIT_HTTP_ORIGIN}/pipelines/results/{BITBUCKET_BUILD_NUMBER}",
    "{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build/results?buildId={BUILD_BUILDID}",
    "{SEMAPHORE_ORGANIZATION_URL}/workflows/{SEMAPHORE_WORKFLOW_ID}",
    "{APPVEYOR_URL}/project/{APPVEYOR_ACCOUNT_NAME}/{APPVEYOR_PROJECT_SLUG}/builds/{APPVEYOR_BUILD_ID}",
)
"""Pages of systems that do not name them whole."""

TAGS = (
    ("GITHUB_REF_TYPE", "GITHUB_REF_NAME"),
    ("CI_COMMIT_TAG", "CI_COMMIT_REF_NAME"),
    ("CI_COMMIT_TAG", "CI_COMMIT_BRANCH"),
    ("TRAVIS_TAG", "TRAVIS_BRANCH"),
    ("BUILDKITE_TAG", "BUILDKITE_BRANCH"),
    ("DRONE_TAG", "DRONE_SOURCE_BRANCH"),
    ("SEMAPHORE_GIT_TAG_NAME", "SEMAPHORE_GIT_BRANCH"),
    ("APPVEYOR_REPO_TAG", "APPVEYOR_REPO_BRANCH"),
    ("TAG_NAME", "BRANCH_NAME"),  # Jenkins
)
"""A variable that says that a tag is built, and the one that then names the tag, or nothing to rely on."""

NO_TAG = frozenset({"", "branch", "false"})
"""What the first of these says where no tag is built."""

NO_BRANCH = ("refs/tags/", "refs/pull/", "refs/merge-requests/")
"""The beginnings of names that are none of a branch."""

PREFIXES = ("refs/heads/", "origin/")
"""What stands before the name of a branch."""
