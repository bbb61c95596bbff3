import { codecNames } from './codecs';

interface Props {
  readonly kind: 'video' | 'audio';
  /** Empty for what the browser takes first. */
  readonly chosen: string;
  readonly onChoose: (codec: string) => void;
}

export function CodecChoice({ kind, chosen, onChoose }: Props): React.JSX.Element {
  return (
    <label>
      {kind === 'video' ? 'Video codec' : 'Audio codec'}
      <select value={chosen} onChange={({ target }) => onChoose(target.value)}>
        <option value="">the browser’s first</option>
        {codecNames(kind).map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
