import { parseUdpTables } from './udp-table.js';

// As Linux 6.1 prints them.
const UDP = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  226: 0100007F:1E61 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 18206 2 00000000a3a8b7c5 17
  226: 0100007F:1E61 0100007F:A0B2 01 00000000:00000000 00:00000000 00000000     0        0 18207 2 0000000032b7c5a8 0
`;
const UDP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  226: 00000000000000000000000000000000:1E61 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 18208 2 00000000f3a8b7c5 5
`;

it('the rows of the UDP tables of the kernel are read, and nothing else', () => {
  expect(parseUdpTables(`${UDP}\n${UDP6}\nnonsense\n 1: zz`)).toEqual([
    { localPort: 7777, inode: 18_206, drops: 17 },
    { localPort: 7777, inode: 18_207, drops: 0 },
    { localPort: 7777, inode: 18_208, drops: 5 },
  ]);
});
