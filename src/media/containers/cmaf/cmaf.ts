import type { ContainerDefinition } from '../container.js';
import { SEGMENT_TYPE } from './brands.js';
import { fragmentHeaderSize, writeFragmentHeader } from './fragment-header.js';
import { encodeInit } from './init.js';
import { initName, parseInitName, parseSegmentName, segmentName } from './object-names.js';
import { readInit } from './read-init.js';
import { findFirstSample, findFragment, scanSegment } from './scan.js';

/** CMAF, ISO/IEC 23000-19: one track per file, a fragment is one `moof` + `mdat`. */
export const cmaf: ContainerDefinition = {
  name: 'cmaf',
  segmentType: SEGMENT_TYPE,
  encodeInit,
  readInit,
  fragmentHeaderSize,
  writeFragmentHeader,
  scanSegment,
  findFirstSample,
  findFragment,
  initName,
  segmentName,
  parseInitName,
  parseSegmentName,
};
