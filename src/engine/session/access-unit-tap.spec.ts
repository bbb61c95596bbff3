import type { AccessUnitFacts, AccessUnitSink } from '../../media/codecs/codec.js';
import { AccessUnitTap } from './access-unit-tap.js';

/** Keeps the units it got as text. */
class TextSink implements AccessUnitSink {
  readonly units: string[] = [];
  private parts: number[] = [];

  get length(): number {
    return this.parts.length;
  }

  append(bytes: Uint8Array, offset: number, length: number): void {
    this.parts.push(...bytes.subarray(offset, offset + length));
  }

  appendUint32(value: number): void {
    this.parts.push(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
  }

  setUint32(position: number, value: number): void {
    this.parts[position + 3] = value;
  }

  finish(): void {
    this.units.push(String.fromCharCode(...this.parts));
    this.parts = [];
  }

  discard(): void {
    this.parts = [];
  }

  dropped(): void {
    this.units.push('dropped');
  }

  damaged(): void {
    this.units.push('damaged');
  }
}

const facts = (isKeyframe: boolean): AccessUnitFacts => ({
  timestamp: 0,
  isKeyframe,
  parameters: undefined,
  durationTicks: 0,
});
const write = (tap: AccessUnitTap, text: string): void => tap.append(new TextEncoder().encode(text), 0, text.length);

function setUp(): { tap: AccessUnitTap; heard: string[] } {
  const heard: string[] = [];
  const tap = new AccessUnitTap({
    passes: ({ isKeyframe, timestamp }) => {
      heard.push(isKeyframe ? 'keyframe' : 'picture');
      return timestamp === 0;
    },
    damaged: () => heard.push('damaged'),
  });
  return { tap, heard };
}

describe('AccessUnitTap', () => {
  it('passes units on byte for byte', () => {
    const { tap, heard } = setUp();
    const sink = new TextSink();
    tap.connect(sink);

    write(tap, 'ab');
    tap.appendUint32(0x63636363);
    tap.setUint32(2, 0x64);
    tap.finish(facts(true));
    tap.damaged();

    expect(sink.units).toEqual(['abcccd', 'damaged']);
    expect(heard).toEqual(['keyframe', 'damaged']);
  });

  it('begins a recording with a whole unit', () => {
    const { tap } = setUp();
    const sink = new TextSink();
    write(tap, 'half ');
    tap.connect(sink);

    write(tap, 'unit');
    tap.finish(facts(false));
    write(tap, 'whole');
    tap.finish(facts(false));

    expect(sink.units).toEqual(['whole']);
    expect(tap.length).toBe(0);
  });

  it('throws away what is of no use', () => {
    const { tap } = setUp();
    const sink = new TextSink();
    tap.connect(sink);

    write(tap, 'other layer');
    tap.finish({ ...facts(true), timestamp: 1 });
    write(tap, 'this');
    tap.finish(facts(false));

    expect(sink.units).toEqual(['this']);
  });

  it('leaves no half unit in a recording that ended', () => {
    const { tap } = setUp();
    const sink = new TextSink();
    tap.connect(sink);
    write(tap, 'half');

    tap.connect(undefined);
    write(tap, 'rest');
    tap.finish(facts(false));

    expect(sink.units).toEqual([]);
    expect(sink.length).toBe(0);
  });
});
