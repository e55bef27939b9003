"""The code on the gate: token, QR, the scan page behind it, and the API's views. Shows what the judges said; computes no grade."""
