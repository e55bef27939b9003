"""The seal of a public release: its manifest's checksum, signed with the stack's own key (Ed25519, RFC 8032), which never leaves KMS.

Three files beside the manifest, of the kinds that everybody's tools read::

    sha256sum -c manifest.sha256
    openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest.sha256 -sigfile manifest.sig

Ed25519 signs the same text with the same bytes, so a release that is published twice keeps its seal.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.errors import Unavailable
from chalicelib.publish.files import FileStore, add_same

CHECKSUM, SIGNATURE, KEY = "manifest.sha256", "manifest.sig", "key.pem"
SEAL = (KEY, CHECKSUM, SIGNATURE)
ALGORITHM = "ED25519_SHA_512"


class Signer(Protocol):
    """Whoever vouches for what is published."""

    def sign(self, message: bytes) -> bytes:
        """The raw signature, 64 bytes."""
        ...

    def public_key(self) -> bytes:
        """The key to check it with: DER, SubjectPublicKeyInfo (RFC 8410)."""
        ...


def checksum(manifest: bytes) -> bytes:
    """What is signed: one line as ``sha256sum`` writes and checks it."""
    return f"{hashlib.sha256(manifest).hexdigest()}  manifest.json\n".encode()


def sealed(manifest: bytes, signer: Signer) -> Mapping[str, bytes]:
    """The files of the seal, in the order in which they are to be written: the signature last."""
    line = checksum(manifest)
    return {KEY: pem(signer.public_key()), CHECKSUM: line, SIGNATURE: signer.sign(line)}


def put_seal(files: FileStore, root: str, manifest: bytes, signer: Signer) -> None:
    """Sign a manifest before it stands. One that is signed stays as it is, also where the stack has another key by now."""
    if files.find(root + SIGNATURE) is None:
        for name, body in sealed(manifest, signer).items():
            add_same(files, root + name, body)


def pem(der: bytes) -> bytes:
    """A public key as text (RFC 7468)."""
    return b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(der) + b"-----END PUBLIC KEY-----\n"


def fingerprint(der: bytes) -> str:
    """By which a key is told on paper and in the press: ``SHA256:`` and 64 hexadecimal digits."""
    return f"SHA256:{hashlib.sha256(der).hexdigest()}"


@dataclass(frozen=True)
class KmsSigner:
    """The stack's key in KMS. Faults of the service are Unavailable: trying again is right."""

    key_id: str

    def sign(self, message: bytes) -> bytes:
        return self._ask("sign", Message=message, MessageType="RAW", SigningAlgorithm=ALGORITHM)["Signature"]  # type: ignore[return-value]

    def public_key(self) -> bytes:
        return self._ask("get_public_key")["PublicKey"]  # type: ignore[return-value]

    def _ask(self, action: str, **arguments: object) -> Mapping[str, object]:
        try:
            return getattr(self._client, action)(KeyId=self.key_id, **arguments)
        except ClientError as error:
            raise Unavailable(error.response["Error"]["Code"], key=self.key_id) from error
        except BotoCoreError as error:
            raise Unavailable(type(error).__name__, key=self.key_id) from error

    @cached_property
    def _client(self) -> object:
        import boto3

        return boto3.client("kms")
