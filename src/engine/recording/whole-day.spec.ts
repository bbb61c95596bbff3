import { MediaMemory } from '../../media/memory.js';
import type { EngineEvent, RecordedObject, SegmentClosed } from '../protocol.js';
import { StreamRecorder } from './stream-recorder.js';
import { AcceleratedSender, PACKET_MS, PICTURE_MS } from './testing/accelerated-sender.js';
import { MemoryRecordingFiles } from './testing/memory-recording-files.js';
import { FakeClock, recordingOrder } from './testing/recorder-fixture.js';
import { readSamples } from './testing/segment-samples.js';

const HOUR_MS = 3_600_000;
const TODAY = 'cam/2026/11/20';
const TOMORROW = 'cam/2026/11/21';

/** What a kind has come to: each segment must go on exactly there. */
interface Course {
  segments: number;
  serial: number;
  ticks: number;
}

/** Looks at each segment when it is told, and forgets it. */
class DayAuditor {
  readonly video: Course = { segments: 0, serial: 0, ticks: 0 };
  readonly audio: Course = { segments: 0, serial: 0, ticks: 0 };
  readonly firstNumbers = new Map<string, number>();
  readonly lastNumbers = new Map<string, number>();
  readonly others: EngineEvent[] = [];

  constructor(private readonly files: MemoryRecordingFiles) {}

  hear(event: EngineEvent): void {
    if (event.type === 'segment-closed') this.audit(event.segment);
    else if (event.type !== 'reception-counted') this.others.push(event);
  }

  private audit({ directory, number, objects }: SegmentClosed): void {
    if (!this.firstNumbers.has(directory)) this.firstNumbers.set(directory, number);
    else if (this.lastNumbers.get(directory) !== number - 1) throw new RangeError(`Segment ${number} follows another.`);
    this.lastNumbers.set(directory, number);
    if (objects.length !== 2) throw new RangeError(`Segment ${number} has not both tracks.`);
    for (const object of objects) this.follow(object, this[object.kind]);
  }

  private follow({ objectKey, startTicks, durationTicks, samples }: RecordedObject, course: Course): void {
    if (startTicks !== course.ticks) throw new RangeError(`${objectKey} begins at ${startTicks}, not ${course.ticks}.`);
    // Every segment counts; one in ten is read, so that the test is done in seconds.
    if (course.segments % 10 === 0) this.read(objectKey, course.serial, samples);
    course.segments += 1;
    course.ticks += durationTicks;
    course.serial += samples;
    // A file of its name stays; what was in it would fill the test's memory.
    this.files.put(objectKey);
  }

  private read(objectKey: string, firstSerial: number, samples: number): void {
    const serials = readSamples(this.files.bytesOf(objectKey)).map(({ bytes }) => serialOf(bytes));
    const wanted = Array.from({ length: samples }, (_, index) => firstSerial + index);
    expect(serials).toEqual(wanted);
  }
}

function serialOf(bytes: Uint8Array): number {
  const [high = 0, middle = 0, low = 0] = bytes.subarray(-3);
  return high * 65_536 + middle * 256 + low;
}

describe('a recording of 26 hours', () => {
  it('keeps every packet, its numbers, its times and its memory, over every wrap and the border of a day', async () => {
    const clock = new FakeClock();
    const files = new MemoryRecordingFiles();
    const memory = new MediaMemory(new ArrayBuffer(1 << 25));
    const auditor = new DayAuditor(files);
    const recorder = new StreamRecorder(
      recordingOrder({ directory: TODAY }),
      { memory, clock, files },
      { emit: (event) => auditor.hear(event), requestKeyframe: () => undefined },
    );
    recorder.rollOver({
      ...{ recordingSessionId: 'session', directory: TOMORROW, nextSegmentNumber: 1, knownInits: [] },
      nextInitNumber: { video: 1, audio: 1 },
      atEpochMs: clock.epochMs() + 24 * HOUR_MS,
    });
    const sender = new AcceleratedSender(recorder, clock, memory);

    await sender.send(HOUR_MS);
    const afterAnHour = { used: memory.usedBytes, held: recorder.memoryBytes, slots: sender.slots.inUse };
    await sender.send(25 * HOUR_MS);
    const atTheEnd = { used: memory.usedBytes, held: recorder.memoryBytes, slots: sender.slots.inUse };
    await recorder.stop();

    expect(atTheEnd).toEqual(afterAnHour);
    expect(auditor.video).toEqual({ segments: 15_600, serial: (26 * HOUR_MS) / PICTURE_MS, ticks: 26 * HOUR_MS * 90 });
    expect(auditor.audio).toEqual({ segments: 15_600, serial: (26 * HOUR_MS) / PACKET_MS, ticks: 26 * HOUR_MS * 48 });
    expect([...auditor.firstNumbers]).toEqual([
      [TODAY, 1],
      [TOMORROW, 1],
    ]);
    expect([...auditor.lastNumbers]).toEqual([
      [TODAY, 14_400],
      [TOMORROW, 1_200],
    ]);
    expect(files.names(TODAY)).toContain('seg_14400.m4s');
    expect(auditor.others.map(({ type }) => type).sort()).toEqual([
      ...['recording-anchored', 'recording-rolled-over'],
      ...['track-recorded', 'track-recorded', 'track-recorded', 'track-recorded'],
    ]);
    expect(files.openFiles).toBe(0);
  }, 120_000);
});
