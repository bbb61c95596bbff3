import { MediaMemory } from '../media/memory.js';
import { DataExchange } from './data-channels/data-exchange.js';
import { StreamForwarder } from './forwarding/stream-forwarder.js';
import { WorkerStream } from './worker-stream.js';
import type { NegotiatedTrack } from '../media/sdp/session.js';
import type { PublisherSession } from './session/publisher-session.js';
import type { StreamRecorder } from './recording/stream-recorder.js';

/** Both sides of a stream as far as it looks at them, writing down what it asks of them. */
function setUp(): {
  stream: WorkerStream;
  heard: string[];
  publisher: (name: string) => PublisherSession;
  recorder: (name: string) => StreamRecorder;
} {
  const heard: string[] = [];
  const publisher = (name: string): PublisherSession =>
    ({
      tracks: [{ mid: name } as NegotiatedTrack],
      recordInto: (recording: { name: string } | undefined) =>
        heard.push(`${name} into ${recording?.name ?? 'nothing'}`),
      requestKeyframe: () => heard.push(`${name} key frame`),
    }) as unknown as PublisherSession;
  const recorder = (name: string): StreamRecorder =>
    ({
      name,
      attach: ([track]: NegotiatedTrack[]) => heard.push(`${name} attach ${track?.mid ?? ''}`),
      interrupt: () => heard.push(`${name} interrupt`),
    }) as unknown as StreamRecorder;
  return {
    stream: new WorkerStream(
      new StreamForwarder(new MediaMemory(new ArrayBuffer(1024))),
      new DataExchange({ outwards: undefined, ended: () => undefined }),
    ),
    heard,
    publisher,
    recorder,
  };
}

describe('WorkerStream', () => {
  it('joins a recording and the publisher that connects later', () => {
    const { stream, heard, publisher, recorder } = setUp();
    const session = publisher('a');
    stream.recordInto(recorder('r'));

    stream.publisherChanged(session, 'connecting');
    stream.publisherChanged(session, 'connected');

    expect(heard).toEqual(['r attach a', 'a into r']);
  });

  it('asks for a key frame when a recording begins in mid-stream', () => {
    const { stream, heard, publisher, recorder } = setUp();
    stream.publisherChanged(publisher('a'), 'connected');

    stream.recordInto(recorder('r'));

    expect(heard).toEqual(['r attach a', 'a into r', 'a key frame']);
  });

  it('interrupts the recording by silence and by the end of its publisher, and goes on with the same one', () => {
    const { stream, heard, publisher, recorder } = setUp();
    const session = publisher('a');
    stream.recordInto(recorder('r'));
    stream.publisherChanged(session, 'connected');
    heard.length = 0;

    stream.publisherChanged(session, 'disconnected');
    stream.publisherChanged(session, 'connected');
    stream.publisherChanged(session, 'closed');

    expect(heard).toEqual(['r interrupt', 'a into nothing', 'r interrupt']);
    expect(stream.current).toBeUndefined();
  });

  it('gives the recording to the next publisher, whatever becomes of the one before', () => {
    const { stream, heard, publisher, recorder } = setUp();
    const [first, second] = [publisher('a'), publisher('b')];
    stream.recordInto(recorder('r'));
    stream.publisherChanged(first, 'connected');
    heard.length = 0;

    stream.publisherChanged(second, 'connected');
    stream.publisherChanged(first, 'closed');

    expect(heard).toEqual(['a into nothing', 'r attach b', 'b into r']);
    expect(stream.current).toBe(second);
  });

  it('is empty when it has neither', () => {
    const { stream, publisher, recorder } = setUp();
    const session = publisher('a');
    stream.recordInto(recorder('r'));
    stream.publisherChanged(session, 'connected');
    stream.recordInto(undefined);
    expect(stream.isEmpty).toBe(false);

    stream.publisherChanged(session, 'closed');

    expect(stream.isEmpty).toBe(true);
  });
});
