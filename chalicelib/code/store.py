"""Files of the stack's bucket: those of releases to read, photos to put away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chalicelib.errors import Conflict, NotFound, Unavailable

# Without the right to list, a missing key is answered by 403.
MISSING = ("NoSuchKey", "404", "403", "AccessDenied")
CHANGED = ("PreconditionFailed", "412")


@dataclass(frozen=True, slots=True)
class StackFiles:
    """The bucket. NotFound if a file is not there, Unavailable if it cannot be read now."""

    bucket: str

    def read(self, key: str) -> bytes:
        """A file of a release."""
        return self._get(key)["Body"].read()  # type: ignore[attr-defined]

    def first(self, key: str, count: int) -> bytes:
        """The first bytes of a file."""
        return self._get(key, Range=f"bytes=0-{count - 1}")["Body"].read()  # type: ignore[attr-defined]

    def keep(self, key: str, kept: str, count: int, fits: Callable[[bytes], object]) -> bool:
        """Copy a file to where it is kept, if its first bytes fit: just the file that was looked at, though its sender may still write
        over it. One that is kept already stays. False if it does not fit or changed meanwhile."""
        try:
            return bool(fits(self.first(kept, count)))
        except NotFound:
            found = self._get(key, Range=f"bytes=0-{count - 1}")
        if not fits(found["Body"].read()):  # type: ignore[attr-defined]
            return False
        try:
            with _faults(key) as client:
                client.copy_object(Bucket=self.bucket, Key=kept, CopySource={"Bucket": self.bucket, "Key": key}, CopySourceIfMatch=found["ETag"])  # type: ignore[attr-defined]
        except Conflict:
            return False
        return True

    def _get(self, key: str, **only: str) -> dict[str, object]:
        with _faults(key) as client:
            return client.get_object(Bucket=self.bucket, Key=key, **only)  # type: ignore[attr-defined]


@contextmanager
def _faults(key: str) -> Iterator[object]:
    """A client, whose faults become ours. Conflict: another file stands there than the one that was asked for."""
    import botocore.session
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield botocore.session.get_session().create_client("s3")
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in CHANGED:
            raise Conflict("another file stands there now", path=key) from error
        if code in MISSING:
            raise NotFound("no such file", path=key) from error
        raise Unavailable("the file cannot be read now") from error
    except BotoCoreError as error:
        raise Unavailable("the file cannot be read now") from error
