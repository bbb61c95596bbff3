import { bigNumberColumn, instantColumn, jsonColumn } from './column-types.js';

describe('portable columns', () => {
  it('keep an instant to the millisecond, as text that sorts as time does', () => {
    const { to, from } = instantColumn.transformer;
    const instant = new Date('2026-11-20T22:13:09.007Z');

    expect(to(instant)).toBe('2026-11-20T22:13:09.007Z');
    expect(from('2026-11-20T22:13:09.007Z')).toEqual(instant);
  });

  it('take a Date from databases that give one', () => {
    const instant = new Date(0);

    expect(instantColumn.transformer.from(instant)).toBe(instant);
  });

  it('give large numbers as numbers where the database gives text', () => {
    expect(bigNumberColumn.transformer.from('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
    expect(bigNumberColumn.transformer.from(7)).toBe(7);
  });

  it('keep a value as JSON', () => {
    const { to, from } = jsonColumn.transformer;

    expect(from(to({ a: [1, null] }))).toEqual({ a: [1, null] });
  });

  it.each([instantColumn, bigNumberColumn, jsonColumn])('keep null', ({ transformer }) => {
    expect(transformer.from(transformer.to(null))).toBeNull();
  });
});
