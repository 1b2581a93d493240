"""The two fixtures through which the client's own tests get their server (reference argus 5.4)."""

import os

import pytest


@pytest.fixture
def argus_api_url():
    return os.environ["ARGUS_ROOT"] + "/api/v2/"


@pytest.fixture
def argus_source_system_token():
    return os.environ["ARGUS_SOURCE_TOKEN"]
