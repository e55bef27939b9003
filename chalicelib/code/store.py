"""Files of releases in the bucket, read only."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.errors import NotFound, Unavailable


@dataclass(frozen=True, slots=True)
class ReleaseFiles:
    """The bucket of releases, read only."""

    bucket: str

    def read(self, key: str, **only: str) -> bytes:
        """A file of a release. NotFound if it is not there, Unavailable if it cannot be read now."""
        import botocore.session
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return botocore.session.get_session().create_client("s3").get_object(Bucket=self.bucket, Key=key, **only)["Body"].read()
        except ClientError as error:
            # Without the right to list, a missing key is answered by 403.
            if error.response["Error"]["Code"] in ("NoSuchKey", "404", "403", "AccessDenied"):
                raise NotFound("no such file", path=key) from error
            raise Unavailable("the file cannot be read now") from error
        except BotoCoreError as error:
            raise Unavailable("the file cannot be read now") from error

    def first(self, key: str, count: int) -> bytes:
        """The first bytes of a file. Errors as :meth:`read`."""
        return self.read(key, Range=f"bytes=0-{count - 1}")
