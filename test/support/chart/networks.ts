/** Of patterns of JSON Schema, for what the server and Kubernetes take; what is more is told by them. */
const OCTET = '(25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const IPV4 = `${OCTET}(\\.${OCTET}){3}`;
const IPV6 = '[0-9a-fA-F:]*:[0-9a-fA-F:.]*';
const LENGTH_OF_IPV4 = '/(3[0-2]|[12]?\\d)';
const LENGTH_OF_IPV6 = '/(12[0-8]|1[01]\\d|\\d{1,2})';

export const PORT = '(6553[0-5]|655[0-2]\\d|65[0-4]\\d{2}|6[0-4]\\d{3}|[1-5]\\d{4}|[1-9]\\d{0,3})';
export const IP = `(${IPV4}|${IPV6})`;
/** `ip`, `ip:port`, `[ip6]:port`. */
export const ADDRESS = `(${IPV4}(:${PORT})?|${IPV6}|\\[[0-9a-fA-F:.]+\\]:${PORT})`;
/** With or without the length of its prefix. */
export const NETWORK = `(${IPV4}(${LENGTH_OF_IPV4})?|${IPV6}(${LENGTH_OF_IPV6})?)`;
export const CIDR = `(${IPV4}${LENGTH_OF_IPV4}|${IPV6}${LENGTH_OF_IPV6})`;
