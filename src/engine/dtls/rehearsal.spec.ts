import { createDtlsIdentity } from './dtls-identity.js';
import { rehearseHandshakes } from './rehearsal.js';

describe('rehearseHandshakes', () => {
  it('ends well with an identity of ours', async () => {
    await expect(rehearseHandshakes(createDtlsIdentity())).resolves.toBeUndefined();
  });

  it('says that nothing will work when certificate and key do not belong together', async () => {
    const [one, other] = [createDtlsIdentity(), createDtlsIdentity()];

    await expect(rehearseHandshakes({ ...one, privateKey: other.privateKey })).rejects.toThrow('DTLS does not work');
  });
});
