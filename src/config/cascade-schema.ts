import { z } from 'zod';
import { setting } from './setting.js';
import { isNetwork } from './webhook-schema.js';

export const cascade = z.strictObject({
  allowed_networks: setting(z.array(z.string().refine(isNetwork)).default([]), {
    description:
      'Addresses of this machine and of private networks that other servers may have, for streams from and to them. Empty: only public ones.',
    unit: 'ip or network, comma separated',
    allowed: 'a list of IP addresses and networks such as 10.0.0.0/8',
  }),
});
