/** What can be sent. A source gives a MediaStream with video and, where there is one, sound. */
export type SourceName = 'camera' | 'screen' | 'pattern';

const VIDEO: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

export const sources: Record<SourceName, { readonly label: string; readonly open: () => Promise<MediaStream> }> = {
  camera: {
    label: 'Camera and microphone',
    open: () => navigator.mediaDevices.getUserMedia({ video: VIDEO, audio: true }),
  },
  screen: { label: 'Screen', open: () => navigator.mediaDevices.getDisplayMedia({ video: VIDEO, audio: true }) },
  pattern: { label: 'Test pattern', open: () => Promise.resolve(testPattern()) },
};

const WIDTH = 1280;
const HEIGHT = 720;
const FRAMES_PER_SECOND = 30;
const BARS = ['#c0c0c0', '#c0c000', '#00c0c0', '#00c000', '#c000c0', '#c00000', '#0000c0'];

/** Colour bars, a running clock and a hand that turns once a second, with a beep at every full second. */
function testPattern(): MediaStream {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser cannot draw.');
  draw(context);
  const timer = window.setInterval(() => {
    draw(context);
  }, 1000 / FRAMES_PER_SECOND);
  const media = canvas.captureStream(FRAMES_PER_SECOND);
  const [video] = media.getVideoTracks();
  const audio = new AudioContext();
  for (const track of beeps(audio).getAudioTracks()) media.addTrack(track);
  whenStopped(video, () => {
    window.clearInterval(timer);
    void audio.close();
  });
  return media;
}

function draw(context: CanvasRenderingContext2D): void {
  const now = new Date();
  BARS.forEach((colour, i) => {
    context.fillStyle = colour;
    context.fillRect((i * WIDTH) / BARS.length, 0, WIDTH / BARS.length + 1, HEIGHT);
  });
  context.fillStyle = '#101216';
  context.fillRect(WIDTH / 2 - 330, HEIGHT / 2 - 130, 660, 260);
  context.fillStyle = '#ffffff';
  context.textAlign = 'center';
  context.font = '600 110px ui-monospace, monospace';
  context.fillText(now.toLocaleTimeString('en-GB'), WIDTH / 2, HEIGHT / 2 + 20);
  context.font = '40px ui-monospace, monospace';
  context.fillText(
    `${now.toISOString().slice(0, 10)} · ${String(now.getMilliseconds()).padStart(3, '0')} ms`,
    WIDTH / 2,
    HEIGHT / 2 + 90,
  );
  const angle = (now.getMilliseconds() / 1000) * 2 * Math.PI - Math.PI / 2;
  context.strokeStyle = '#ffffff';
  context.lineWidth = 12;
  context.beginPath();
  context.arc(150, 150, 90, 0, 2 * Math.PI);
  context.moveTo(150, 150);
  context.lineTo(150 + 90 * Math.cos(angle), 150 + 90 * Math.sin(angle));
  context.stroke();
}

const BEEP_SECONDS = 0.08;

/** A short tone each second, made by the audio clock itself so that it does not drift. */
function beeps(audio: AudioContext): MediaStream {
  const length = audio.sampleRate;
  const buffer = audio.createBuffer(1, length, audio.sampleRate);
  const samples = buffer.getChannelData(0);
  for (let i = 0; i < length * BEEP_SECONDS; i++)
    samples[i] = 0.2 * Math.sin((2 * Math.PI * 1000 * i) / audio.sampleRate);
  const player = new AudioBufferSourceNode(audio, { buffer, loop: true });
  const output = audio.createMediaStreamDestination();
  player.connect(output);
  player.start();
  return output.stream;
}

/** `stop()` fires no event, so the track's own method is what tells. */
function whenStopped(track: MediaStreamTrack | undefined, then: () => void): void {
  if (track === undefined) return;
  const stop = track.stop.bind(track);
  track.stop = () => {
    stop();
    then();
  };
}
