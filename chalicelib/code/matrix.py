"""Many plates' QR at once: the matrix of a fixed level and length is an affine function over GF(2) of its payload's bits.

The ``qrcode`` library encodes one reference and one matrix per payload bit that can vary; every further code is the XOR of what
its bits stand for, under the mask that the library would choose (ISO/IEC 18004, 7.8.3).

A matrix is worked on as 33 words, one for each place along a line: bits 0 to 31 hold the modules that the rows have there, bits 32 to 63
those that the columns have. So the neighbours along all lines are two words, and a rule judges 64 lines at once. The two lines left out,
the timing row and column, are the same in every code and under every mask: they decide nothing.
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
VERSION, SIDE, TIMING = 4, 33, 6
# Two sides of finders, and every other module between them.
TIMING_DARK = 7 + 9 + 7
LINES = [line for line in range(SIDE) if line != TIMING]
ROWS = (1 << len(LINES)) - 1
AFTER_TIMING = ROWS ^ (1 << TIMING) - 1
# The columns, as bits of a row, whose right neighbour is the next bit: neither the last one nor the one before the timing column.
BESIDE = ROWS >> 1 ^ 1 << TIMING - 1
RUN, RUN_ON, BLOCK, FINDER = 3, 1, 3, 40
# So many codes at a time stay in a processor's cache, and each array below 128 kB: a larger one the C library asks of the system anew.
CHUNK = 48


@dataclass(frozen=True)
class Encoder:
    """Codes of texts with one level and length that begin with the same, even number of characters."""

    level: str
    head: str
    length: int

    def matrices(self, texts: Sequence[str]) -> Iterator[list[int]]:
        """The rows of each text's matrix, the same as the library's. ValueError for a text that is not of this encoder's kind."""
        if any(len(text) != self.length or not text.startswith(self.head) for text in texts):
            raise ValueError("a text of another length or beginning")
        entries = self._entries(texts)
        for start in range(0, len(texts), CHUNK):
            yield from self._chunk(entries[:, start : start + CHUNK]).tolist()

    def _entries(self, texts: Sequence[str]) -> ndarray:
        """Where each text's pairs stand in the table: one line per pair, one column per text."""
        import numpy as np

        lookup = np.zeros(128, np.intp)
        lookup[[ord(character) for character in ALPHABET]] = range(len(ALPHABET))
        letters = np.frombuffer("".join([text[len(self.head) :] for text in texts]).encode("ascii"), np.uint8)
        numbers = lookup[letters].reshape(len(texts), -1).T
        pairs, seconds = numbers[::2].copy(), numbers[1::2]
        pairs[: len(seconds)] = 45 * pairs[: len(seconds)] + seconds
        return pairs + np.cumsum([0, *(1 << width for width in self.widths[:-1])])[:, None]

    def _chunk(self, entries: ndarray) -> ndarray:
        import numpy as np

        changes = np.bitwise_xor.reduce(self.table.take(entries, axis=0), axis=0)
        best = penalties(changes.T.copy()[:, None, :] ^ self.candidates[:, :, None]).argmin(axis=0)
        rows = changes & np.uint64(ROWS)
        # Room for the timing column, in which nothing changes: what is behind it moves by one.
        rows += rows & np.uint64(AFTER_TIMING)
        return rows ^ self.finals[best]

    @cached_property
    def table(self) -> ndarray:
        """For each pair of characters behind the head, one after the other: what each of its values changes in the reference's words."""
        import numpy as np

        reference, at, tables = self._words(self.reference, 0), sum(self.widths), []
        for width, standing in zip(self.widths, values(self.stand_in), strict=True):
            at -= width
            table = np.zeros((1, SIDE), np.uint64)
            for bit in range(width):
                table = np.concatenate([table, table ^ (self._words(self.reference ^ 1 << (at + bit), 0) ^ reference)])
            tables.append(table[np.arange(1 << width) ^ standing])
        return np.concatenate(tables)

    @cached_property
    def finals(self) -> ndarray:
        """The rows of the finished reference under each mask."""
        import numpy as np

        return np.array([rows_of(self._by_library(self.reference, mask)) for mask in MASKS], np.uint64)

    @cached_property
    def candidates(self) -> ndarray:
        """The words of the reference under each mask as the library scores it, without its format information: one column per mask."""
        import numpy as np

        return np.array([self._words(self.reference, mask, scored=True) for mask in MASKS]).T.copy()

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

    def _words(self, bits: int, mask: int, *, scored: bool = False) -> ndarray:
        import numpy as np

        return np.array(words_of(self._by_library(bits, mask, scored=scored)), np.uint64)

    def _by_library(self, bits: int, mask: int, *, scored: bool = False) -> list[list[bool]]:
        """The library's matrix of the head and then these bits, whether or not they are a text."""
        import qrcode

        level = getattr(qrcode.constants, f"ERROR_CORRECT_{self.level}")
        code = qrcode.QRCode(version=VERSION, error_correction=level, border=0)
        code.data_list.append(_Bits(self.head, self.widths, bits))
        code.makeImpl(scored, mask)
        return code.modules


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


def penalties(dark: ndarray) -> ndarray:
    """The four rules' points, less what the timing row and column add to every code: of one candidate per entry behind the first axis,
    along which its words stand."""
    import numpy as np

    def number(found: ndarray) -> ndarray:
        return np.bitwise_count(found).sum(axis=0, dtype=np.int32)

    light, rows = ~dark, dark.astype(np.uint32)
    alike = light[1:] ^ dark[:-1]
    below = alike.astype(np.uint32)
    blocks = below & below >> 1 & ~(rows[:-1] ^ rows[:-1] >> 1) & np.uint32(BESIDE)
    # Five alike in a line are three points, every further one is a single point.
    three = alike[1:] & alike[:-1]
    runs = three[2:] & three[:-2]
    # What looks like a finder: dark, light, three dark, light, dark, and four light ones before or behind.
    ends = dark[2:] & light[1:-1] & dark[:-2]
    hearts = ends[:-4] & dark[3:-3] & ends[4:]
    pairs = light[1:] & light[:-1]
    margins = pairs[2:] & pairs[:-2]
    finders = hearts[:-4] & margins[7:] | margins[:-7] & hearts[4:]
    lines = RUN * number(runs) - (RUN - RUN_ON) * number(runs[1:] & runs[:-1]) + FINDER * number(finders)
    return lines + BLOCK * number(blocks) + imbalance()[number(rows)]


@lru_cache(maxsize=1)
def imbalance() -> ndarray:
    """Ten points for every five percent that the dark modules are away from half, as the library counts them, by the number of those
    outside the timing column."""
    import numpy as np

    return np.array([int(abs((dark + TIMING_DARK) / SIDE**2 * 100 - 50) / 5) * 10 for dark in range(SIDE * len(LINES) + 1)])


def values(text: str) -> list[int]:
    """A text's characters as numbers, two and two; a last one stands alone (ISO/IEC 18004, 7.4.4)."""
    numbers = [VALUE[character] for character in text]
    pairs = [45 * first + second for first, second in zip(numbers[::2], numbers[1::2], strict=False)]
    return pairs + numbers[-1:] if len(numbers) % 2 else pairs


def rows_of(modules: Iterable[Iterable[object]]) -> list[int]:
    """Rows of modules as numbers."""
    return [sum(1 << column for column, dark in enumerate(row) if dark) for row in modules]


def words_of(matrix: Sequence[Sequence[object]]) -> list[int]:
    """A matrix as words: the row bits and the column bits of each place."""
    across = rows_of([row[line] for line in LINES] for row in matrix)
    down = rows_of(zip(*[matrix[line] for line in LINES], strict=True))
    return [row | column << len(LINES) for row, column in zip(across, down, strict=True)]


def matrices(urls: Sequence[str]) -> Iterator[list[int]]:
    """The matrices of plates under one address, in order. BadInput if an address does not fit a plate."""
    if not urls:
        return iter(())
    _, level = plate_version(urls[0])
    head = len(urls[0]) - TOKEN_LENGTH
    return _encoder(level, urls[0][: head - head % 2], len(urls[0])).matrices(urls)


@lru_cache(maxsize=4)
def _encoder(level: str, head: str, length: int) -> Encoder:
    return Encoder(level, head, length)
