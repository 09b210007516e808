"""The environment, read once per call to `load` and nowhere else."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """What template.yaml gives every function. `endpoint_url` is set in the local cloud only."""

    region: str
    endpoint_url: str | None
    table_name: str
    uploads_bucket: str
    client_id: str
    jwt_issuer: str
    jwks_url: str
    max_upload_bytes: int


def load() -> Settings:
    """The settings of this process. Raises KeyError for a missing one."""
    env = os.environ
    region = env["AWS_REGION"]
    pool = env.get("USER_POOL_ID", "")
    issuer = env.get("JWT_ISSUER") or f"https://cognito-idp.{region}.amazonaws.com/{pool}"
    return Settings(
        region=region,
        endpoint_url=env.get("AWS_ENDPOINT_URL") or None,
        table_name=env["TABLE_NAME"],
        uploads_bucket=env.get("UPLOADS_BUCKET", ""),
        client_id=env.get("USER_POOL_CLIENT_ID", ""),
        jwt_issuer=issuer,
        jwks_url=env.get("JWKS_URL") or f"{issuer}/.well-known/jwks.json",
        max_upload_bytes=int(env.get("MAX_UPLOAD_BYTES", "0")),
    )
