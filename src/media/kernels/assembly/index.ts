// What the module exports; `../srtp-kernels.ts` says what each is for. Compiled by scripts/build-kernels.mjs.
export { applyKeystream } from './keystream';
export { cmCounters, cmSign, cmVerify, hmacPads } from './counter-mode';
export { gcmCounters, gcmOpen, gcmSeal } from './gcm';
export { ghashTables } from './ghash';
