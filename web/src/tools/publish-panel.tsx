import { useEffect, useRef, useState } from 'react';
import { Problem } from '../attempt';
import { messageOf } from '../explain';
import { PeerLink, type LinkState } from '../peer-link';
import { type SourceName, sources } from '../sources';
import type { ToolQuery } from './address';
import { CodecChoice } from './codec-choice';
import { knownCodec } from './codecs';
import { MuteBoxes } from './mute-boxes';
import { sending } from './send-options';
import { StatisticsTable } from './statistics-table';

const STATE_TEXT: Record<LinkState, string> = {
  connecting: 'Connecting…',
  live: 'Sending.',
  reconnecting: 'The connection was lost. Trying again…',
  ended: 'Ended.',
};
const SOURCE_NAMES = Object.keys(sources) as SourceName[];

interface Props {
  readonly stream: string;
  readonly query: ToolQuery;
}

interface Sent {
  readonly link: PeerLink;
  readonly media: MediaStream;
}

/** Sends a stream by WHIP: from which source, in which codecs, in how many layers. */
export function PublishPanel({ stream, query }: Props): React.JSX.Element {
  const [source, setSource] = useState<SourceName>('camera');
  const [videoCodec, setVideoCodec] = useState(() => knownCodec('video', query.videoCodec));
  const [audioCodec, setAudioCodec] = useState(() => knownCodec('audio', query.audioCodec));
  const [layers, setLayers] = useState(1);
  const [sent, setSent] = useState<Sent>();
  const [state, setState] = useState<LinkState>();
  const [problem, setProblem] = useState<string>();
  const video = useRef<HTMLVideoElement>(null);

  useEffect(() => {
    if (video.current !== null) video.current.srcObject = sent?.media ?? null;
    const leave = (): void => void sent?.link.end();
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
    };
  }, [sent]);

  const begin = async (): Promise<void> => {
    setProblem(undefined);
    let media: MediaStream | undefined;
    try {
      media = await sources[source].open();
      const options = { videoCodec, audioCodec, layers };
      const link = new PeerLink(`/whip/${encodeURIComponent(stream)}`, sending(media, options), (now, detail) => {
        setState(now);
        setProblem(detail);
      });
      setSent({ link, media });
      await link.start();
    } catch (failure) {
      stop(media);
      setSent(undefined);
      setState(undefined);
      setProblem(messageOf(failure));
    }
  };
  const end = async (): Promise<void> => {
    stop(sent?.media);
    setSent(undefined);
    await sent?.link.end();
  };
  const mute = (kind: 'video' | 'audio', isMuted: boolean): void => {
    for (const track of sent?.media.getTracks() ?? []) if (track.kind === kind) track.enabled = !isMuted;
  };

  const isBusy = sent !== undefined;
  return (
    <section className="card" aria-labelledby="publish">
      <h2 id="publish">Publish</h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void (isBusy ? end() : begin());
        }}
      >
        <fieldset className="choices" disabled={isBusy}>
          <label>
            Source
            <select value={source} onChange={({ target }) => setSource(target.value as SourceName)}>
              {SOURCE_NAMES.map((name) => (
                <option key={name} value={name}>
                  {sources[name].label}
                </option>
              ))}
            </select>
          </label>
          <CodecChoice kind="video" chosen={videoCodec} onChoose={setVideoCodec} />
          <CodecChoice kind="audio" chosen={audioCodec} onChoose={setAudioCodec} />
          <label>
            Layers
            <select value={layers} onChange={({ target }) => setLayers(Number(target.value))}>
              <option value={1}>one</option>
              <option value={2}>two (h, f)</option>
              <option value={3}>three (q, h, f)</option>
            </select>
          </label>
        </fieldset>
        <div className="actions">
          <button type="submit" className={isBusy ? 'danger' : 'primary'} disabled={stream === ''}>
            {isBusy ? 'Stop publishing' : 'Publish'}
          </button>
          {isBusy && <MuteBoxes onMute={mute} />}
        </div>
      </form>
      <p role="status" className={state === 'live' ? 'status good' : 'status'}>
        {state !== undefined && STATE_TEXT[state]}
      </p>
      <Problem text={problem} />
      <video ref={video} className="preview" hidden={!isBusy} autoPlay muted playsInline aria-label="What is sent" />
      <StatisticsTable label="Sent" link={sent?.link} />
    </section>
  );
}

function stop(media: MediaStream | undefined): void {
  for (const track of media?.getTracks() ?? []) track.stop();
}
