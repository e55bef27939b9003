"""Many plates' QR at once: the matrix of a fixed version, level and length is an affine function over GF(2) of its payload's bits.

The ``qrcode`` library encodes one reference and one matrix per payload bit that can vary; every further code is the XOR of what
its bits stand for, under the mask that the library would choose (ISO/IEC 18004, 7.8.3). A row of modules is one integer: bit
``column`` is set where a module is dark. Transposed rows follow the rows, so that columns are scored like rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from chalicelib.code.token import TOKEN_LENGTH, plate_version

if TYPE_CHECKING:
    from numpy import ndarray

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
VALUE = {character: value for value, character in enumerate(ALPHABET)}
PAIR_BITS, LAST_BITS = 11, 6
MASKS = range(8)
RUN_LESS, BLOCK, FINDER, FINDER_LENGTH = 2, 3, 40, 11
# So many codes at a time stay in a processor's cache.
CHUNK = 48


@dataclass(frozen=True)
class Encoder:
    """Codes of texts with one version, level and length that begin with the same, even number of characters."""

    version: int
    level: str
    head: str
    length: int

    @property
    def side(self) -> int:
        return 17 + 4 * self.version

    def matrices(self, texts: Sequence[str]) -> Iterator[list[int]]:
        """The rows of each text's matrix, the same as the library's. ValueError for a text that is not of this encoder's kind."""
        if any(len(text) != self.length or not text.startswith(self.head) for text in texts):
            raise ValueError("a text of another length or beginning")
        for start in range(0, len(texts), CHUNK):
            yield from self._chunk(texts[start : start + CHUNK]).tolist()

    def _chunk(self, texts: Sequence[str]) -> ndarray:
        data = self._data(texts)
        best = self._penalties(data[:, None, :] ^ self.candidates[None, :, :]).argmin(axis=1)
        return data[:, : self.side] ^ self.finals[best]

    def _data(self, texts: Sequence[str]) -> ndarray:
        """What the texts' bits change in the reference, and the same transposed: one line per text."""
        import numpy as np

        lookup = np.zeros(128, np.intp)
        lookup[[ord(character) for character in ALPHABET]] = range(len(ALPHABET))
        letters = np.frombuffer("".join(text[len(self.head) :] for text in texts).encode("ascii"), np.uint8)
        numbers = lookup[letters].reshape(len(texts), -1).T
        data = np.zeros((len(texts), 2 * self.side), np.uint64)
        for at, table in enumerate(self.tables):
            pair = numbers[2 * at : 2 * at + 2]
            data ^= table[45 * pair[0] + pair[1] if len(pair) == 2 else pair[0]]
        return data

    def _penalties(self, x: ndarray) -> ndarray:
        """The four rules on every candidate of every text."""
        import numpy as np

        n = self.side
        light = x ^ np.uint64((1 << n) - 1)
        alike = (light ^ x >> 1) & np.uint64((1 << n - 1) - 1)
        runs = alike & alike >> 1
        runs &= runs >> 2
        starts = runs & ~(runs << 1)
        finders = light >> 1 & x >> 4 & light >> 5 & x >> 6 & light >> 9 & np.uint64((1 << n - FINDER_LENGTH + 1) - 1)
        finders &= (x & x >> 2 & x >> 3 & light >> 7 & light >> 8 & light >> 10) | (light & light >> 2 & light >> 3 & x >> 7 & x >> 8 & x >> 10)
        lines = np.bitwise_count(runs).astype(np.int16)
        lines += RUN_LESS * np.bitwise_count(starts)
        lines += FINDER * np.bitwise_count(finders).astype(np.int16)
        upright, a = x[:, :, :n], alike[:, :, :n]
        blocks = a[:, :, 1:] & a[:, :, :-1] & (light[:, :, 1:n] ^ upright[:, :, :-1])
        dark = np.bitwise_count(upright).sum(axis=2, dtype=np.int32)
        return lines.sum(axis=2, dtype=np.int32) + BLOCK * np.bitwise_count(blocks).sum(axis=2, dtype=np.int32) + self.imbalance[dark]

    @cached_property
    def tables(self) -> list[ndarray]:
        """For each pair of characters behind the head: what each of its values changes in the reference."""
        import numpy as np

        reference, at, tables = self._by_library(self.reference, 0), sum(self.widths), []
        for width, standing in zip(self.widths, values(self.stand_in), strict=True):
            at -= width
            table = np.zeros((1, 2 * self.side), np.uint64)
            for bit in range(width):
                table = np.concatenate([table, table ^ (self._by_library(self.reference ^ 1 << (at + bit), 0) ^ reference)])
            tables.append(table[np.arange(1 << width) ^ standing])
        return tables

    @cached_property
    def finals(self) -> ndarray:
        """The finished reference under each mask."""
        import numpy as np

        return np.array([self._by_library(self.reference, mask)[: self.side] for mask in MASKS])

    @cached_property
    def candidates(self) -> ndarray:
        """The reference under each mask as the library scores it: without its format information."""
        import numpy as np

        return np.array([self._by_library(self.reference, mask, scored=True) for mask in MASKS])

    @cached_property
    def imbalance(self) -> ndarray:
        """Ten points for every five percent that the dark modules are away from half, by their number, as the library counts them."""
        import numpy as np

        cells = self.side**2
        return np.array([int(abs(dark / cells * 100 - 50) / 5) * 10 for dark in range(cells + 1)])

    @property
    def widths(self) -> list[int]:
        """Bits of each pair behind the head, and of a last single character."""
        rest = self.length - len(self.head)
        return [PAIR_BITS] * (rest // 2) + [LAST_BITS] * (rest % 2)

    @property
    def stand_in(self) -> str:
        """The text of the reference behind the head: no zeros, of which the library cannot make error correction."""
        return "A" * (self.length - len(self.head))

    @cached_property
    def reference(self) -> int:
        """The bits of the stand-in."""
        bits = 0
        for width, value in zip(self.widths, values(self.stand_in), strict=True):
            bits = bits << width | value
        return bits

    def _by_library(self, bits: int, mask: int, *, scored: bool = False) -> ndarray:
        """The library's matrix, and transposed, of the head and then these bits, whether or not they are a text."""
        import numpy as np
        import qrcode

        level = getattr(qrcode.constants, f"ERROR_CORRECT_{self.level}")
        code = qrcode.QRCode(version=self.version, error_correction=level, border=0)
        code.data_list.append(_Bits(self.head, self.widths, bits))
        code.makeImpl(scored, mask)
        return np.array([*rows_of(code.modules), *rows_of(zip(*code.modules, strict=True))], np.uint64)


class _Bits:
    """Data as the library asks for it: alphanumeric characters, then any bits in place of the rest."""

    def __init__(self, head: str, widths: list[int], bits: int) -> None:
        from qrcode import util

        self.mode, self.head, self.widths, self.bits = util.MODE_ALPHA_NUM, head, widths, bits

    def __len__(self) -> int:
        return len(self.head) + 2 * len(self.widths) - (LAST_BITS in self.widths)

    def write(self, buffer: object) -> None:
        for value in values(self.head):
            buffer.put(value, PAIR_BITS)  # type: ignore[attr-defined]
        buffer.put(self.bits, sum(self.widths))  # type: ignore[attr-defined]


def values(text: str) -> list[int]:
    """A text's characters as numbers, two and two; a last one stands alone (ISO/IEC 18004, 7.4.4)."""
    numbers = [VALUE[character] for character in text]
    pairs = [45 * first + second for first, second in zip(numbers[::2], numbers[1::2], strict=False)]
    return pairs + numbers[-1:] if len(numbers) % 2 else pairs


def rows_of(modules: Iterable[Iterable[object]]) -> list[int]:
    """Rows of modules as numbers."""
    return [sum(1 << column for column, dark in enumerate(row) if dark) for row in modules]


def matrices(urls: Sequence[str]) -> Iterator[list[int]]:
    """The matrices of plates under one address, in order. BadInput if an address does not fit a plate."""
    if not urls:
        return iter(())
    version, level = plate_version(urls[0])
    head = len(urls[0]) - TOKEN_LENGTH
    return _encoder(version, level, urls[0][: head - head % 2], len(urls[0])).matrices(urls)


@lru_cache(maxsize=4)
def _encoder(version: int, level: str, head: str, length: int) -> Encoder:
    return Encoder(version, level, head, length)
