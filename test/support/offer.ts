const FINGERPRINT = Array.from({ length: 32 }, (_, i) => (i + 0xa0).toString(16).toUpperCase()).join(':');

/** A small, correct WHIP offer: H.264 and Opus, no candidates. Lines can be replaced to make it wrong. */
export function offer(replace: Readonly<Record<string, string>> = {}): string {
  const lines = [
    ...[
      'v=0',
      'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
      's=-',
      't=0 0',
      'a=group:BUNDLE 0 1',
      'a=msid-semantic: WMS',
    ],
    ...[
      'm=audio 9 UDP/TLS/RTP/SAVPF 111',
      'c=IN IP4 0.0.0.0',
      'a=rtcp:9 IN IP4 0.0.0.0',
      'a=ice-ufrag:4ZcD',
      'a=ice-pwd:2/1muCWoOi3uLifh0NuRHlit',
    ],
    ...[
      'a=ice-options:trickle',
      `a=fingerprint:sha-256 ${FINGERPRINT}`,
      'a=setup:actpass',
      'a=mid:0',
      'a=sendonly',
      'a=rtcp-mux',
    ],
    ...['a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10;useinbandfec=1', 'a=ssrc:1001 cname:publisher'],
    ...[
      'm=video 9 UDP/TLS/RTP/SAVPF 102',
      'c=IN IP4 0.0.0.0',
      'a=rtcp:9 IN IP4 0.0.0.0',
      'a=ice-ufrag:4ZcD',
      'a=ice-pwd:2/1muCWoOi3uLifh0NuRHlit',
    ],
    ...[
      'a=ice-options:trickle',
      `a=fingerprint:sha-256 ${FINGERPRINT}`,
      'a=setup:actpass',
      'a=mid:1',
      'a=sendonly',
      'a=rtcp-mux',
    ],
    ...[
      'a=rtpmap:102 H264/90000',
      'a=rtcp-fb:102 nack',
      'a=rtcp-fb:102 nack pli',
      'a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
    ],
    'a=ssrc:1002 cname:publisher',
  ];
  return lines.map((line) => `${replace[line] ?? line}\r\n`).join('');
}

/** The same of a viewer. */
export function viewerOffer(): string {
  return offer().replaceAll('a=sendonly', 'a=recvonly');
}
