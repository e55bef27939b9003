"""Settings from the environment, read once. No code asks where it runs: endpoints come from ``AWS_ENDPOINT_URL`` alone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Mapping

from chalicelib import clock


@dataclass(frozen=True, slots=True)
class Settings:
    """What the template hands to every function; see docs/architecture.md."""

    table_prefix: str
    district: str
    today: date | None
    plate_keys: str
    id_key: str
    public_base_url: str
    files_bucket: str
    files_url: str
    release_key: str
    month_queue_url: str
    import_queue_url: str
    export_queue_url: str
    shadow_queue_url: str
    notice_queue_url: str
    notice_topic: str
    notice_robots: str
    user_pool_id: str
    user_pool_client_id: str
    sign_in_url: str
    code_version: str

    def now(self) -> datetime:
        """The present instant, or the demo's day at this time of day. For entrances only."""
        return clock.now(self.today)

    def instant(self) -> datetime:
        """The real instant, whatever day a demo pretends to have. For entrances only."""
        return clock.utc_now()

    def day(self) -> date:
        """Today in Shanghai, or the demo's day. For entrances only."""
        return clock.day_of(self.now())


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Settings from a mapping; every one has a default that is safe for tests."""
    today = environment.get("TODAY", "")
    return Settings(
        table_prefix=environment.get("TABLE_PREFIX", "safety-code"),
        district=environment.get("DISTRICT", "demo"),
        today=date.fromisoformat(today) if today else None,
        plate_keys=environment.get("PLATE_KEYS", ""),
        id_key=environment.get("ID_KEY", ""),
        public_base_url=environment.get("PUBLIC_BASE_URL", "http://localhost:8000"),
        files_bucket=environment.get("FILES_BUCKET", ""),
        files_url=environment.get("FILES_URL", ""),
        release_key=environment.get("RELEASE_KEY", ""),
        export_queue_url=environment.get("EXPORT_QUEUE_URL", ""),
        shadow_queue_url=environment.get("SHADOW_QUEUE_URL", ""),
        import_queue_url=environment.get("IMPORT_QUEUE_URL", ""),
        month_queue_url=environment.get("MONTH_QUEUE_URL", ""),
        notice_queue_url=environment.get("NOTICE_QUEUE_URL", ""),
        notice_topic=environment.get("NOTICE_TOPIC", ""),
        notice_robots=environment.get("NOTICE_ROBOTS", ""),
        user_pool_id=environment.get("USER_POOL_ID", ""),
        user_pool_client_id=environment.get("USER_POOL_CLIENT_ID", ""),
        sign_in_url=environment.get("SIGN_IN_URL", ""),
        code_version=environment.get("CODE_VERSION", "dev"),
    )


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The process's settings. Entrances call this; everything below is handed what it needs."""
    return read_settings(os.environ)
