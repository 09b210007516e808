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
    user_pool_id: str
    client_id: str
    jwt_issuer: str
    jwks_url: str
    max_upload_bytes: int
    cursor_secret: str
    sensitive_key: str
    deletion_queue_url: str
    import_queue_url: str
    lane_queue_url: str
    export_queue_url: str
    migration_queue_url: str


def trace_is_sampled() -> bool:
    """Whether X-Ray keeps a trace of this invocation; it says so for each anew."""
    env = os.environ
    disabled = env.get("POWERTOOLS_TRACE_DISABLED", "").lower() in ("1", "true")
    return not disabled and "Sampled=1" in env.get("_X_AMZN_TRACE_ID", "")


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
        user_pool_id=pool,
        client_id=env.get("USER_POOL_CLIENT_ID", ""),
        jwt_issuer=issuer,
        jwks_url=env.get("JWKS_URL") or f"{issuer}/.well-known/jwks.json",
        max_upload_bytes=int(env.get("MAX_UPLOAD_BYTES", "0")),
        cursor_secret=env.get("CURSOR_SECRET", ""),
        sensitive_key=env.get("SENSITIVE_KEY", ""),
        deletion_queue_url=env.get("DELETION_QUEUE_URL", ""),
        import_queue_url=env.get("IMPORT_QUEUE_URL", ""),
        lane_queue_url=env.get("LANE_QUEUE_URL", ""),
        export_queue_url=env.get("EXPORT_QUEUE_URL", ""),
        migration_queue_url=env.get("MIGRATION_QUEUE_URL", ""),
    )
