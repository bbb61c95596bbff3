import { describeMute } from './mute.input.js';

describe('describeMute', () => {
  it.each([
    [
      'a body',
      [
        { stream: 'cam', session: 's1' },
        { kind: 'video', enabled: false },
      ],
      'video off',
    ],
    ['arguments', [{ stream: 'cam', session: 's1', kind: 'audio', enabled: true }, undefined], 'audio on'],
    ['nothing of the kind', [{ stream: 'cam' }, { kind: 'a-password', enabled: true }], undefined],
  ])('says what was asked for by %s', (_, given, said) => {
    expect(describeMute({ given, answer: undefined })).toBe(said);
  });
});
