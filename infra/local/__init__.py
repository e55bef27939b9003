"""The local stack: emulator, pump, front door and the demo district behind ``./dev up``."""
