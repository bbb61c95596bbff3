const KINDS = { video: 'Mute video', audio: 'Mute audio' } as const;

interface Props {
  readonly onMute: (kind: keyof typeof KINDS, isMuted: boolean) => void;
}

export function MuteBoxes({ onMute }: Props): React.JSX.Element {
  return (
    <>
      {(['video', 'audio'] as const).map((kind) => (
        <label key={kind} className="choice">
          <input type="checkbox" onChange={({ target }) => onMute(kind, target.checked)} />
          {KINDS[kind]}
        </label>
      ))}
    </>
  );
}
