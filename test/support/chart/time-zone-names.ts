/** Where names of the IANA database have a slash. */
const AREAS = [
  ...['Africa', 'America', 'Antarctica', 'Arctic', 'Asia', 'Atlantic', 'Australia', 'Brazil', 'Canada', 'Chile', 'Etc'],
  ...['Europe', 'Indian', 'Mexico', 'Pacific', 'US'],
];
/** Names without one: countries and zones of before there were areas. */
const OTHERS = [
  ...['CET', 'CST6CDT', 'Cuba', 'EET', 'EST', 'EST5EDT', 'Egypt', 'Eire', 'GB', 'GB-Eire', 'GMT', 'GMT+0', 'GMT-0'],
  ...['GMT0', 'Greenwich', 'HST', 'Hongkong', 'Iceland', 'Iran', 'Israel', 'Jamaica', 'Japan', 'Kwajalein', 'Libya'],
  ...['MET', 'MST', 'MST7MDT', 'NZ', 'NZ-CHAT', 'Navajo', 'PRC', 'PST8PDT', 'Poland', 'Portugal', 'ROC', 'ROK'],
  ...['Singapore', 'Turkey', 'UCT', 'UTC', 'Universal', 'W-SU', 'WET', 'Zulu'],
];

/** @returns a pattern for a word in large and in small letters, which patterns of JSON Schema have no flag for */
export function anyCase(word: string): string {
  return word.replace(/[a-z]/gi, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`).replaceAll('+', '\\+');
}

/** What a name of the IANA database looks like: places come and go with its versions, areas do not. */
export const TIME_ZONE = `((${AREAS.map(anyCase).join('|')})(/[A-Za-z0-9_+-]+){1,2}|${OTHERS.map(anyCase).join('|')})`;
