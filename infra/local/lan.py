"""Phones in the same network: this machine's addresses, and a certificate for them by a CA that a phone can be told to trust."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from pathlib import Path


def lan_addresses() -> list[str]:
    """This machine's addresses in its networks, the one towards the outside first. Nothing is sent."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            found.append(probe.getsockname()[0])
        except OSError:
            pass
    try:
        found += [info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    except OSError:
        pass
    return [address for address in dict.fromkeys(found) if not ipaddress.ip_address(address).is_loopback]


def lan_tls(folder: Path, addresses: list[str]) -> tuple[ssl.SSLContext, Path]:
    """A context with a certificate for these addresses, and the CA file a phone must trust. The CA is made once and kept."""
    import trustme

    ca_key, ca_file = folder / "ca-key.pem", folder / "safety-code-ca.pem"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if ca_key.exists() and ca_file.exists():
        authority = trustme.CA.from_pem(ca_file.read_bytes(), ca_key.read_bytes())
    else:
        authority = trustme.CA(organization_name="Safety Code demo", organization_unit_name=socket.gethostname())
        authority.private_key_pem.write_to_path(ca_key)
        ca_key.chmod(0o600)
        authority.cert_pem.write_to_path(ca_file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1", *addresses).configure_cert(context)
    return context, ca_file
