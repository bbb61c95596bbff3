import { createDtlsIdentity } from './dtls-identity.js';
import { rehearseHandshakes } from './rehearsal.js';

describe('rehearseHandshakes', () => {
  it('ends well with an identity of ours', async () => {
    await expect(createDtlsIdentity().then(rehearseHandshakes)).resolves.toBeUndefined();
  });

  it('says that nothing will work when certificate and key do not belong together', async () => {
    const [one, other] = await Promise.all([createDtlsIdentity(), createDtlsIdentity()]);

    await expect(rehearseHandshakes({ ...one, privateKeyPem: other.privateKeyPem })).rejects.toThrow(
      'DTLS does not work',
    );
  });
});
