"""Raw pictures and sound: at each whole second two white pictures and as much of a 1 kHz tone, else black and silence."""

import array
import math

WIDTH = 640
HEIGHT = 360
PICTURES_PER_SECOND = 30
FLASH_PICTURES = 2
SAMPLE_RATE = 48_000
CHUNK_SAMPLES = 960  # 20 ms
BEEP_HERTZ = 1000
BEEP_SAMPLES = SAMPLE_RATE * FLASH_PICTURES // PICTURES_PER_SECOND

_LUMA = WIDTH * HEIGHT
_GREY = bytes([128]) * (_LUMA // 2)
_BLACK = bytes([16]) * _LUMA + _GREY
_WHITE = bytes([235]) * _LUMA + _GREY


def picture(index: int) -> bytes:
    """I420, limited range."""
    return _WHITE if index % PICTURES_PER_SECOND < FLASH_PICTURES else _BLACK


def sound(index: int) -> bytes:
    """The chunk with this number: interleaved stereo, 16 bits, native byte order."""
    samples = (_sample(index * CHUNK_SAMPLES + i) for i in range(CHUNK_SAMPLES))
    return array.array(
        "h", (value for sample in samples for value in (sample, sample))
    ).tobytes()


def _sample(position: int) -> int:
    in_second = position % SAMPLE_RATE
    if in_second >= BEEP_SAMPLES:
        return 0
    return round(16_000 * math.sin(2 * math.pi * BEEP_HERTZ * in_second / SAMPLE_RATE))
