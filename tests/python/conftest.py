"""What the Python tests share: the profiles of hypothesis, and the data that may be missing."""

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

# The same examples every time; HYPOTHESIS_PROFILE=long looks further, at random.
CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "default", max_examples=100, deadline=None, derandomize=True, suppress_health_check=CHECKS
)
settings.register_profile("long", max_examples=3000, deadline=None, suppress_health_check=CHECKS)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def goemotions(pytestconfig):
    """split -> (scores, targets) of real multilabel data with 28 labels."""
    folder = pytestconfig.rootpath.parent / "shared" / "data" / "goemotions"
    if not folder.is_dir():
        pytest.skip(f"{folder} does not exist")
    return {
        split: (np.load(folder / f"{split}_scores.npy"), np.load(folder / f"{split}_targets.npy"))
        for split in ("dev", "test")
    }
