"""Where the local cloud keeps its things: tools and builds are shared, the rest is per instance."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".local" / "tools"
BUILD = ROOT / ".local" / "build"


class LocalCloudError(Exception):
    """Something a person must know about, said in a sentence."""


@dataclass(frozen=True)
class Places:
    """One instance of the local cloud: `.local`, or what ARXOS_LOCAL_DIR names."""

    directory: Path

    @classmethod
    def from_environment(cls) -> "Places":
        return cls((ROOT / os.environ.get("ARXOS_LOCAL_DIR", ".local")).resolve())

    @property
    def cloud(self) -> Path:
        """Everything that goes when the instance is forgotten."""
        return self.directory / "cloud"

    @property
    def state(self) -> Path:
        return self.cloud / "state"

    @property
    def objects(self) -> Path:
        return self.cloud / "s3"

    @property
    def layers(self) -> Path:
        return self.cloud / "layers"

    @property
    def temporary(self) -> Path:
        return self.cloud / "tmp"

    @property
    def lock(self) -> Path:
        return self.cloud / "lock"

    @property
    def server(self) -> Path:
        return self.cloud / "server.json"

    @property
    def log(self) -> Path:
        return self.cloud / "ministack.log"

    @property
    def deployment_log(self) -> Path:
        return self.cloud / "deployment.log"

    @property
    def passwords(self) -> Path:
        return self.cloud / "passwords.json"

    @property
    def outputs(self) -> Path:
        return self.directory / "outputs.json"
