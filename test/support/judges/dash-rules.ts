import { parseXml, type XmlElement } from './xml.js';

const TILES = 'http://dashif.org/thumbnail_tile';

// What ISO/IEC 23009-1 asks of an MPD, as far as one of SegmentTemplates with timelines goes.

type Check = (value: string) => boolean;

const isText: Check = (value) => value !== '';
const isWhole: Check = (value) => /^\d+$/.test(value);
const isPositive: Check = (value) => /^[1-9]\d*$/.test(value);
const isDuration: Check = (value) => /^P(?!$)(\d+D)?(T(?!$)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/.test(value);
const isInstant: Check = (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value);
const isOneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value);

interface Shape {
  /** Children in the order that clause 5 gives them, `+` for at least one, `?` for one at most. */
  readonly children: readonly string[];
  readonly required: Readonly<Record<string, Check>>;
  readonly optional?: Readonly<Record<string, Check>>;
}

const DESCRIPTOR: Shape = { children: [], required: { schemeIdUri: isText }, optional: { value: isText } };

const SHAPES: Readonly<Record<string, Shape>> = {
  // 5.3.1
  MPD: {
    children: ['BaseURL', 'Location', 'Period+', 'EssentialProperty', 'SupplementalProperty', 'UTCTiming'],
    required: { xmlns: isOneOf('urn:mpeg:dash:schema:mpd:2011'), profiles: isText, minBufferTime: isDuration },
    optional: {
      type: isOneOf('static', 'dynamic'),
      availabilityStartTime: isInstant,
      publishTime: isInstant,
      mediaPresentationDuration: isDuration,
      minimumUpdatePeriod: isDuration,
      timeShiftBufferDepth: isDuration,
      suggestedPresentationDelay: isDuration,
      maxSegmentDuration: isDuration,
    },
  },
  // 5.3.2
  Period: {
    children: ['BaseURL', 'SegmentTemplate?', 'AdaptationSet'],
    required: { id: isText, start: isDuration },
    optional: { duration: isDuration },
  },
  // 5.3.3 and 5.3.7
  AdaptationSet: {
    children: [
      'AudioChannelConfiguration',
      'EssentialProperty',
      'SupplementalProperty',
      'Role',
      'SegmentTemplate?',
      'Representation+',
    ],
    required: { mimeType: isOneOf('video/mp4', 'audio/mp4', 'image/jpeg') },
    optional: {
      id: isWhole,
      contentType: isOneOf('video', 'audio', 'image'),
      segmentAlignment: isOneOf('true', 'false'),
      startWithSAP: isOneOf('1', '2'),
    },
  },
  // 5.3.5
  Representation: {
    children: ['AudioChannelConfiguration', 'EssentialProperty', 'SupplementalProperty', 'SegmentTemplate?'],
    required: { id: isText, bandwidth: isPositive },
    optional: {
      codecs: isText,
      width: isPositive,
      height: isPositive,
      audioSamplingRate: isPositive,
      maxPlayoutRate: isPositive,
      codingDependency: isOneOf('true', 'false'),
    },
  },
  // 5.3.9.4
  SegmentTemplate: {
    children: ['SegmentTimeline?'],
    required: { media: isText },
    optional: { initialization: isText, timescale: isPositive, presentationTimeOffset: isWhole, startNumber: isWhole },
  },
  // 5.3.9.6
  SegmentTimeline: { children: ['S+'], required: {} },
  S: { children: [], required: { d: isPositive }, optional: { t: isWhole, r: isWhole } },
  AudioChannelConfiguration: DESCRIPTOR,
  EssentialProperty: DESCRIPTOR,
  SupplementalProperty: DESCRIPTOR,
  Role: DESCRIPTOR,
  UTCTiming: DESCRIPTOR,
};

/** @returns a sentence for each rule that an MPD breaks; none for an MPD as it should be */
export function dashFaults(text: string): string[] {
  const mpd = parseXml(text);
  const ofShape = mpd.name === 'MPD' ? shapeFaults(mpd) : [`${mpd.name} is no MPD.`];
  if (ofShape.length > 0) return ofShape;
  return [...presentationFaults(mpd), ...periodFaults(mpd), ...timelineFaults(mpd), ...setFaults(mpd)];
}

function shapeFaults(element: XmlElement): string[] {
  const { name, attributes, children } = element;
  const shape = SHAPES[name];
  if (shape === undefined) return [`No element ${name} is known.`];
  const known = { ...shape.required, ...shape.optional };
  const missing = Object.keys(shape.required).filter((key) => attributes[key] === undefined);
  const wrong = Object.entries(attributes).filter(([key, value]) => known[key]?.(value) !== true);
  return [
    ...missing.map((key) => `${name} lacks @${key}.`),
    ...wrong.map(([key, value]) => `${name}@${key} is "${value}".`),
    ...orderFaults(name, shape, children),
    ...children.flatMap(shapeFaults),
  ];
}

function orderFaults(name: string, shape: Shape, children: readonly XmlElement[]): string[] {
  const order = shape.children.map((child) => child.replace(/[+?]$/, ''));
  const places = children.map((child) => order.indexOf(child.name));
  if (places.includes(-1) || places.some((place, index) => place < (places[index - 1] ?? 0)))
    return [`${name} has ${children.map((child) => child.name).join(', ')}.`];
  const count = (child: string): number => children.filter((one) => one.name === child).length;
  return shape.children.flatMap((child, index) => {
    const found = count(order[index] ?? '');
    const isRight = child.endsWith('+') ? found > 0 : !child.endsWith('?') || found < 2;
    return isRight ? [] : [`${name} has ${found} ${order[index] ?? ''}.`];
  });
}

/** 5.3.1.2: what goes with a presentation that grows, and what with one that does not. */
function presentationFaults({ attributes, children }: XmlElement): string[] {
  const isDynamic = attributes['type'] === 'dynamic';
  const wanted = isDynamic ? ['availabilityStartTime', 'publishTime'] : [];
  const unwanted = isDynamic ? [] : ['minimumUpdatePeriod', 'timeShiftBufferDepth'];
  const last = children.findLast(({ name }) => name === 'Period')?.attributes['duration'];
  const hasEnd = [attributes['mediaPresentationDuration'], attributes['minimumUpdatePeriod'], last].some(Boolean);
  return [
    ...wanted.filter((name) => attributes[name] === undefined).map((name) => `A dynamic MPD lacks @${name}.`),
    ...unwanted.filter((name) => attributes[name] !== undefined).map((name) => `A static MPD has @${name}.`),
    ...(hasEnd ? [] : ['Nobody knows where the last Period ends.']),
  ];
}

/** 5.3.2 and 5.3.3.2: names are unique, Periods follow each other. */
function periodFaults({ children }: XmlElement): string[] {
  const periods = children.filter(({ name }) => name === 'Period');
  const ends = periods.map(({ attributes }) => seconds(attributes['start']) + seconds(attributes['duration']));
  const overlaps = periods.filter(
    ({ attributes }, index) => index > 0 && seconds(attributes['start']) < (ends[index - 1] ?? 0) - 1e-6,
  );
  const sets = periods.map((period) => period.children.filter(({ name }) => name === 'AdaptationSet'));
  return [
    ...repeatedIds('Period', periods),
    ...overlaps.map(({ attributes }) => `Period ${attributes['id'] ?? ''} begins before the one before it ends.`),
    ...sets.flatMap((ofPeriod) => repeatedIds('AdaptationSet', ofPeriod)),
    ...sets.flatMap((ofPeriod) => repeatedIds('Representation', ofPeriod.flatMap(representationsOf))),
  ];
}

function repeatedIds(name: string, elements: readonly XmlElement[]): string[] {
  const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? []);
  return new Set(ids).size === ids.length ? [] : [`Of ${name}, @id ${ids.join(', ')}.`];
}

function representationsOf({ children }: XmlElement): XmlElement[] {
  return children.filter(({ name }) => name === 'Representation');
}

/** 5.3.7 of what is in MP4; DASH-IF IOP 4.3, 6.2.6 of sheets of pictures, which have no init and say how they are divided. */
function setFaults(mpd: XmlElement): string[] {
  const sets = mpd.children.flatMap(({ children }) => children.filter(({ name }) => name === 'AdaptationSet'));
  return sets.flatMap((set) => {
    const isImage = set.attributes['mimeType'] === 'image/jpeg';
    return representationsOf(set).flatMap((one) => {
      const template = one.children.find(({ name }) => name === 'SegmentTemplate');
      if (!isImage) {
        return [
          ...(one.attributes['codecs'] === undefined ? ['Representation lacks @codecs.'] : []),
          ...(template?.attributes['initialization'] === undefined ? ['SegmentTemplate lacks @initialization.'] : []),
        ];
      }
      const tiles = one.children.find(({ attributes }) => attributes['schemeIdUri'] === TILES);
      const [columns = 0, rows = 0] = (tiles?.attributes['value'] ?? '').split('x').map(Number);
      const isDivided =
        Number(one.attributes['width']) % columns === 0 && Number(one.attributes['height']) % rows === 0;
      return isDivided ? [] : ['Nobody knows how a sheet of pictures is divided.'];
    });
  });
}

/** 5.3.9.4 and 5.3.9.6: segments have addresses, follow each other, are no longer than was said, and belong to their Period. */
function timelineFaults(mpd: XmlElement): string[] {
  const longest = seconds(mpd.attributes['maxSegmentDuration'] ?? 'PT1000000000S');
  return mpd.children.flatMap((period) =>
    period.children
      .flatMap(representationsOf)
      .flatMap(({ children }) => children.filter(({ name }) => name === 'SegmentTemplate'))
      .flatMap((template) => templateFaults(template, period, longest)),
  );
}

function templateFaults({ attributes, children }: XmlElement, period: XmlElement, longest: number): string[] {
  const timescale = Number(attributes['timescale'] ?? 1);
  const media = attributes['media'] ?? '';
  const faults = /^[^$]*(\$\$[^$]*)*\$(Number|Time)(%0\d+d)?\$[^$]*(\$\$[^$]*)*$/.test(media)
    ? []
    : [`@media is ${media}.`];
  const [timeline] = children;
  let endTicks = 0;
  let firstEndTicks: number | undefined;
  for (const { attributes: run } of timeline?.children ?? []) {
    const startTicks = Number(run['t'] ?? endTicks);
    const durationTicks = Number(run['d']);
    if (startTicks < endTicks) faults.push(`S@t ${startTicks} is before ${endTicks}, where the one before it ends.`);
    if (durationTicks / timescale > longest) faults.push(`S@d ${durationTicks} is longer than the longest segment.`);
    firstEndTicks ??= startTicks + durationTicks;
    endTicks = startTicks + durationTicks * (Number(run['r'] ?? 0) + 1);
  }
  const offsetTicks = Number(attributes['presentationTimeOffset'] ?? 0);
  if ((firstEndTicks ?? Infinity) <= offsetTicks) faults.push('The first segment ends before its Period begins.');
  const periodEndTicks = offsetTicks + seconds(period.attributes['duration'] ?? 'PT1000000000S') * timescale;
  if (endTicks - Number(timeline?.children.at(-1)?.attributes['d']) >= periodEndTicks) {
    faults.push('The last segment begins behind the end of its Period.');
  }
  return faults;
}

/** @param duration of hours, minutes and seconds */
function seconds(duration = 'PT0S'): number {
  const [, days = '0', hours = '0', minutes = '0', rest = '0'] =
    /^P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(duration) ?? [];
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(rest);
}
