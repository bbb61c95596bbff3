import { complaintAboutNode } from './node-version.js';

describe('complaintAboutNode', () => {
  it.each(['24.7.0', '24.21.0', '25.0.0', '26.1.0-nightly'])('takes %s', (version) => {
    expect(complaintAboutNode(version)).toBeUndefined();
  });

  it.each(['20.20.2', '22.99.0', '24.6.9'])('says what is wanted instead of %s', (version) => {
    expect(complaintAboutNode(version)).toMatch(/^Aircheck runs on Node 24\.7 or later, and this is \d/);
  });
});
