import { writeAnswer } from './answer.js';
import type { LocalTransport, NegotiatedTrack } from './session.js';
import { negotiate } from './negotiation.js';
import { parseOffer } from './offer.js';

const crlf = (text: string): string => `${text.trim().replaceAll('\n', '\r\n')}\r\n`;

/** Of Chromium 156: a camera and a microphone, `sendonly`, `max-bundle`, after gathering. */
const CHROMIUM = crlf(`
v=0
o=- 4148502234739599066 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS 79ca1bbe-447f-40bf-98d8-69a34892b28b
m=audio 35144 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 192.0.2.2
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:3833856202 1 udp 2122194687 192.0.2.2 35144 typ host generation 0 network-id 1
a=candidate:803389738 1 udp 2122265343 fd00::2 56633 typ host generation 0 network-id 2
a=candidate:439276638 1 tcp 1518214911 192.0.2.2 9 typ host tcptype active generation 0 network-id 1
a=candidate:3511162302 1 tcp 1518285567 fd00::2 9 typ host tcptype active generation 0 network-id 2
a=ice-ufrag:UofE
a=ice-pwd:n5RyZyLmYj5G19xo2MAo8Ixp
a=ice-options:trickle
a=fingerprint:sha-256 AF:58:E6:96:6F:22:DF:23:98:30:8F:CD:0A:95:7A:8E:35:6C:7A:79:65:64:E7:C3:42:DF:6F:69:83:98:BA:E2
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendonly
a=msid:79ca1bbe-447f-40bf-98d8-69a34892b28b 2ee3605f-0023-4498-82d9-6580e563f7a8
a=rtcp-mux
a=rtcp-rsize
a=rtcp-xr:rcvr-rtt=all
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:3668804649 cname:nuppQaXco+0/ZiMl
a=ssrc:3668804649 msid:79ca1bbe-447f-40bf-98d8-69a34892b28b 2ee3605f-0023-4498-82d9-6580e563f7a8
m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 104 107 108 109 114 115 116 117 39 40 45 46 98 99 100 101 118 119 120
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:UofE
a=ice-pwd:n5RyZyLmYj5G19xo2MAo8Ixp
a=ice-options:trickle
a=fingerprint:sha-256 AF:58:E6:96:6F:22:DF:23:98:30:8F:CD:0A:95:7A:8E:35:6C:7A:79:65:64:E7:C3:42:DF:6F:69:83:98:BA:E2
a=setup:actpass
a=mid:1
a=extmap:14 urn:ietf:params:rtp-hdrext:toffset
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:13 urn:3gpp:video-orientation
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:5 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
a=extmap:6 http://www.webrtc.org/experiments/rtp-hdrext/video-content-type
a=extmap:7 http://www.webrtc.org/experiments/rtp-hdrext/video-timing
a=extmap:8 http://www.webrtc.org/experiments/rtp-hdrext/color-space
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id
a=sendonly
a=msid:79ca1bbe-447f-40bf-98d8-69a34892b28b 5dcef59b-4e65-4da9-a79a-8f0dcfe48799
a=rtcp-mux
a=rtcp-rsize
a=rtcp-xr:rcvr-rtt=all
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 goog-remb
a=rtcp-fb:96 transport-cc
a=rtcp-fb:96 ccm fir
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=rtpmap:102 H264/90000
a=rtcp-fb:102 goog-remb
a=rtcp-fb:102 transport-cc
a=rtcp-fb:102 ccm fir
a=rtcp-fb:102 nack
a=rtcp-fb:102 nack pli
a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f
a=rtpmap:103 rtx/90000
a=fmtp:103 apt=102
a=rtpmap:104 H264/90000
a=rtcp-fb:104 goog-remb
a=rtcp-fb:104 transport-cc
a=rtcp-fb:104 ccm fir
a=rtcp-fb:104 nack
a=rtcp-fb:104 nack pli
a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f
a=rtpmap:107 rtx/90000
a=fmtp:107 apt=104
a=rtpmap:108 H264/90000
a=rtcp-fb:108 goog-remb
a=rtcp-fb:108 transport-cc
a=rtcp-fb:108 ccm fir
a=rtcp-fb:108 nack
a=rtcp-fb:108 nack pli
a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f
a=rtpmap:109 rtx/90000
a=fmtp:109 apt=108
a=rtpmap:114 H264/90000
a=rtcp-fb:114 goog-remb
a=rtcp-fb:114 transport-cc
a=rtcp-fb:114 ccm fir
a=rtcp-fb:114 nack
a=rtcp-fb:114 nack pli
a=fmtp:114 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f
a=rtpmap:115 rtx/90000
a=fmtp:115 apt=114
a=rtpmap:116 H264/90000
a=rtcp-fb:116 goog-remb
a=rtcp-fb:116 transport-cc
a=rtcp-fb:116 ccm fir
a=rtcp-fb:116 nack
a=rtcp-fb:116 nack pli
a=fmtp:116 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f
a=rtpmap:117 rtx/90000
a=fmtp:117 apt=116
a=rtpmap:39 H264/90000
a=rtcp-fb:39 goog-remb
a=rtcp-fb:39 transport-cc
a=rtcp-fb:39 ccm fir
a=rtcp-fb:39 nack
a=rtcp-fb:39 nack pli
a=fmtp:39 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=4d001f
a=rtpmap:40 rtx/90000
a=fmtp:40 apt=39
a=rtpmap:45 AV1/90000
a=rtcp-fb:45 goog-remb
a=rtcp-fb:45 transport-cc
a=rtcp-fb:45 ccm fir
a=rtcp-fb:45 nack
a=rtcp-fb:45 nack pli
a=fmtp:45 level-idx=5;profile=0;tier=0
a=rtpmap:46 rtx/90000
a=fmtp:46 apt=45
a=rtpmap:98 VP9/90000
a=rtcp-fb:98 goog-remb
a=rtcp-fb:98 transport-cc
a=rtcp-fb:98 ccm fir
a=rtcp-fb:98 nack
a=rtcp-fb:98 nack pli
a=fmtp:98 profile-id=0
a=rtpmap:99 rtx/90000
a=fmtp:99 apt=98
a=rtpmap:100 VP9/90000
a=rtcp-fb:100 goog-remb
a=rtcp-fb:100 transport-cc
a=rtcp-fb:100 ccm fir
a=rtcp-fb:100 nack
a=rtcp-fb:100 nack pli
a=fmtp:100 profile-id=2
a=rtpmap:101 rtx/90000
a=fmtp:101 apt=100
a=rtpmap:118 red/90000
a=rtpmap:119 rtx/90000
a=fmtp:119 apt=118
a=rtpmap:120 ulpfec/90000
a=ssrc-group:FID 883511095 3631311597
a=ssrc:883511095 cname:nuppQaXco+0/ZiMl
a=ssrc:883511095 msid:79ca1bbe-447f-40bf-98d8-69a34892b28b 5dcef59b-4e65-4da9-a79a-8f0dcfe48799
a=ssrc:3631311597 cname:nuppQaXco+0/ZiMl
a=ssrc:3631311597 msid:79ca1bbe-447f-40bf-98d8-69a34892b28b 5dcef59b-4e65-4da9-a79a-8f0dcfe48799
`);

/** Of the WHIP muxer of FFmpeg 8.1 (npm node-av 6.1.1): no candidates, no a=ice-options, it wants to be the DTLS server. */
const FFMPEG = crlf(`
v=0
o=FFmpeg 4489045141692799359 2 IN IP4 127.0.0.1
s=FFmpegPublishSession
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=msid-semantic: WMS
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=ice-ufrag:af754ae2
a=ice-pwd:fab09362bada4cb334bd22c9577ff183
a=fingerprint:sha-256 66:28:1F:43:23:BA:99:EF:8A:3C:19:A2:63:B6:D8:5C:01:24:83:11:D1:7E:EE:27:2D:E2:E7:38:2D:13:D3:6F
a=setup:passive
a=mid:0
a=sendonly
a=msid:FFmpeg audio
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=ssrc:1382493689 cname:FFmpeg
a=ssrc:1382493689 msid:FFmpeg audio
m=video 9 UDP/TLS/RTP/SAVPF 106 105
c=IN IP4 0.0.0.0
a=ice-ufrag:af754ae2
a=ice-pwd:fab09362bada4cb334bd22c9577ff183
a=fingerprint:sha-256 66:28:1F:43:23:BA:99:EF:8A:3C:19:A2:63:B6:D8:5C:01:24:83:11:D1:7E:EE:27:2D:E2:E7:38:2D:13:D3:6F
a=setup:passive
a=mid:1
a=sendonly
a=msid:FFmpeg video
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:106 H264/90000
a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=f4000d
a=rtcp-fb:106 nack
a=rtpmap:105 rtx/90000
a=fmtp:105 apt=106
a=ssrc-group:FID 1382493690 1382493691
a=ssrc:1382493690 cname:FFmpeg
a=ssrc:1382493690 msid:FFmpeg video
`);

/** Of libdatachannel (npm node-datachannel 0.33.4) after gathering. */
const LIBDATACHANNEL = crlf(`
v=0
o=rtc 2942575935 0 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE audio video
a=group:LS audio video
a=msid-semantic:WMS *
a=ice-options:ice2,trickle
a=fingerprint:sha-256 C9:99:54:EE:52:3E:43:71:E2:FD:08:BA:F8:F4:C0:27:06:A0:15:DE:C3:8D:03:41:F4:B0:E2:DE:4D:33:9E:E9
m=audio 60403 UDP/TLS/RTP/SAVPF 111
c=IN IP4 192.0.2.2
a=mid:audio
a=sendonly
a=ssrc:1111 cname:obs
a=ssrc:1111 msid:stream audio-0
a=msid:stream audio-0
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1
a=setup:actpass
a=ice-ufrag:El1Y
a=ice-pwd:+o2l8scHP5wsM3wQ2u+/oo
a=candidate:2 1 UDP 2116026111 fd00::2 60403 typ host
a=candidate:1 1 UDP 2114977791 192.0.2.2 60403 typ host
a=end-of-candidates
m=video 60403 UDP/TLS/RTP/SAVPF 96
c=IN IP4 192.0.2.2
a=mid:video
a=sendonly
a=ssrc:2222 cname:obs
a=ssrc:2222 msid:stream video-0
a=msid:stream video-0
a=rtcp-mux
a=rtpmap:96 H264/90000
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtcp-fb:96 goog-remb
a=fmtp:96 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1
a=setup:actpass
a=ice-ufrag:El1Y
a=ice-pwd:+o2l8scHP5wsM3wQ2u+/oo
`);

/** In the shape of OBS 30.1: an older libdatachannel, which has ICE and DTLS at session level only. */
const OBS = crlf(`
v=0
o=rtc 3877212184 0 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=group:LS 0 1
a=msid-semantic:WMS *
a=setup:actpass
a=ice-ufrag:nxcM
a=ice-pwd:ezjAjgSSLLvbRhUA1zc6Se
a=ice-options:ice2,trickle
a=fingerprint:sha-256 4e:7f:77:db:7e:a3:a6:4e:5d:27:eb:39:d2:1b:96:9f:91:c9:58:8b:30:b4:aa:0f:77:60:5a:f3:86:60:03:f3
m=audio 57249 UDP/TLS/RTP/SAVPF 111
c=IN IP4 192.0.2.53
a=mid:0
a=sendonly
a=ssrc:3388068600 cname:Yuu1KDxQcc3L5CpY
a=ssrc:3388068600 msid:XmQSKutZo7zYcEQl XmQSKutZo7zYcEQl-audio
a=msid:XmQSKutZo7zYcEQl XmQSKutZo7zYcEQl-audio
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1
a=candidate:1 1 UDP 2114977791 192.0.2.53 57249 typ host
a=end-of-candidates
m=video 57249 UDP/TLS/RTP/SAVPF 96
c=IN IP4 192.0.2.53
a=mid:1
a=sendonly
a=ssrc:3388068601 cname:Yuu1KDxQcc3L5CpY
a=ssrc:3388068601 msid:XmQSKutZo7zYcEQl XmQSKutZo7zYcEQl-video
a=msid:XmQSKutZo7zYcEQl XmQSKutZo7zYcEQl-video
a=rtcp-mux
a=rtpmap:96 H264/90000
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtcp-fb:96 goog-remb
a=fmtp:96 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1
`);

/** In the shape of Firefox 99, a=fmtp before a=rtpmap; the second m-line bundle-only, as with `max-bundle`. */
const FIREFOX = crlf(`
v=0
o=mozilla...THIS_IS_SDPARTA-99.0.1 752759619129555288 0 IN IP4 0.0.0.0
s=-
t=0 0
a=fingerprint:sha-256 AA:F3:72:F3:34:B3:B2:72:69:20:86:FD:8C:B8:59:B1:57:C2:E0:B3:C3:46:5D:16:9C:2C:34:50:DA:1A:CF:C6
a=group:BUNDLE 0 1
a=ice-options:trickle
a=msid-semantic:WMS *
m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101
c=IN IP4 0.0.0.0
a=sendrecv
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level
a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1
a=fmtp:101 0-15
a=ice-pwd:3b75a8e760c5295e5bcf309404f5f633
a=ice-ufrag:15845c69
a=mid:0
a=msid:{dce4a3ba-1188-4439-bfd0-b1bc321dd7db} {f5c0c9ed-c34e-4a6d-b797-3a44af9509c7}
a=rtcp-mux
a=rtpmap:109 opus/48000/2
a=rtpmap:9 G722/8000/1
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000/1
a=setup:actpass
a=ssrc:223177853 cname:{34a7cae5-2831-4db5-bf62-b85c9ec6640f}
m=video 0 UDP/TLS/RTP/SAVPF 120 124 126 127 97 98
c=IN IP4 0.0.0.0
a=bundle-only
a=sendrecv
a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
a=extmap:4 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:5 urn:ietf:params:rtp-hdrext:toffset
a=extmap:6/recvonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
a=extmap:7 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=fmtp:126 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1
a=fmtp:97 profile-level-id=42e01f;level-asymmetry-allowed=1
a=fmtp:120 max-fs=12288;max-fr=60
a=fmtp:124 apt=120
a=fmtp:127 apt=126
a=fmtp:98 apt=97
a=mid:1
a=msid:{dce4a3ba-1188-4439-bfd0-b1bc321dd7db} {60841dc1-8487-40f8-9d9c-9b10047b0cd5}
a=rtcp-fb:120 nack
a=rtcp-fb:120 nack pli
a=rtcp-fb:120 ccm fir
a=rtcp-fb:120 transport-cc
a=rtcp-fb:126 nack
a=rtcp-fb:126 nack pli
a=rtcp-fb:126 ccm fir
a=rtcp-fb:126 transport-cc
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:120 VP8/90000
a=rtpmap:124 rtx/90000
a=rtpmap:126 H264/90000
a=rtpmap:127 rtx/90000
a=rtpmap:97 H264/90000
a=rtpmap:98 rtx/90000
a=ssrc:1012011086 cname:{34a7cae5-2831-4db5-bf62-b85c9ec6640f}
a=ssrc:523234647 cname:{34a7cae5-2831-4db5-bf62-b85c9ec6640f}
a=ssrc-group:FID 1012011086 523234647
`);

/** In the shape of GStreamer's webrtcbin with `max-bundle`: video first, transceivers `sendrecv`. */
const GSTREAMER = crlf(`
v=0
o=- 3205219803379427431 0 IN IP4 0.0.0.0
s=-
t=0 0
a=ice-options:trickle
a=group:BUNDLE video0 audio1
m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=setup:actpass
a=ice-ufrag:JxjDUjCMDJHzmO1hrnVf3LwSsGkZEYWP
a=ice-pwd:d/CSZ3/SpaV9cEzPPgTyhHlk35RFYnHW
a=rtcp-mux
a=rtcp-rsize
a=sendrecv
a=rtpmap:96 H264/90000
a=rtcp-fb:96 nack pli
a=framerate:30
a=fmtp:96 packetization-mode=1;profile-level-id=42c01f;sprop-parameter-sets=Z0LAH9kAUAW7ARAAAAMAEAAAAwPA8YMkgA==,aMuDyyA=
a=ssrc:2817409153 msid:user1294906011@host-5aa2ae3b webrtctransceiver0
a=ssrc:2817409153 cname:user1294906011@host-5aa2ae3b
a=mid:video0
a=fingerprint:sha-256 0D:1C:8A:3E:51:F2:6B:97:24:A0:C8:15:7D:4E:B3:96:E2:07:5F:BA:48:1D:63:9C:F4:2A:85:D0:3B:E7:11:6C
a=rtcp-mux-only
m=audio 0 UDP/TLS/RTP/SAVPF 97
c=IN IP4 0.0.0.0
a=setup:actpass
a=ice-ufrag:JxjDUjCMDJHzmO1hrnVf3LwSsGkZEYWP
a=ice-pwd:d/CSZ3/SpaV9cEzPPgTyhHlk35RFYnHW
a=bundle-only
a=rtcp-mux
a=rtcp-rsize
a=sendrecv
a=rtpmap:97 OPUS/48000/2
a=rtcp-fb:97 nack
a=rtcp-fb:97 nack pli
a=fmtp:97 sprop-maxcapturerate=48000;sprop-stereo=0
a=ssrc:1479120841 msid:user1294906011@host-5aa2ae3b webrtctransceiver1
a=ssrc:1479120841 cname:user1294906011@host-5aa2ae3b
a=mid:audio1
a=fingerprint:sha-256 0D:1C:8A:3E:51:F2:6B:97:24:A0:C8:15:7D:4E:B3:96:E2:07:5F:BA:48:1D:63:9C:F4:2A:85:D0:3B:E7:11:6C
a=rtcp-mux-only
`);

const LOCAL: LocalTransport = {
  ice: { usernameFragment: 'kR3xVq8Z', password: 'mT0uWc5yJd2hNs9gLb7fQe' },
  fingerprint: { algorithm: 'sha-256', value: 'B2:19' },
  setup: 'passive',
  candidates: [
    {
      foundation: '1',
      component: 1,
      transport: 'udp',
      priority: 2130706431,
      address: '192.0.2.7',
      port: 7777,
      type: 'host',
    },
    {
      foundation: '2',
      component: 1,
      transport: 'udp',
      priority: 2130706175,
      address: '2001:db8::7',
      port: 7777,
      type: 'host',
    },
  ],
};

function answerTo(text: string): string {
  const offer = parseOffer(text);
  return writeAnswer(offer, negotiate(offer), LOCAL, 1);
}

/** Video first in each pair. */
function tracksOf(text: string): NegotiatedTrack[] {
  return [...negotiate(parseOffer(text))].sort((a, b) => (a.kind > b.kind ? -1 : 1));
}

describe('the offer of Chromium', () => {
  it('tells its transport, TCP candidates too', () => {
    const { transport, bundle } = parseOffer(CHROMIUM);
    expect(transport).toMatchObject({
      ice: { usernameFragment: 'UofE', password: 'n5RyZyLmYj5G19xo2MAo8Ixp' },
      setup: 'actpass',
      fingerprints: [{ algorithm: 'sha-256', value: expect.stringMatching(/^AF:58:E6:/) as string }],
    });
    expect(transport.candidates.map(({ transport: protocol, address }) => `${protocol} ${address}`)).toEqual([
      'udp 192.0.2.2',
      'udp fd00::2',
      'tcp 192.0.2.2',
      'tcp fd00::2',
    ]);
    expect(bundle).toEqual(['0', '1']);
  });

  it('gives H.264 in packetization mode 1 first, and Opus without RED', () => {
    expect(tracksOf(CHROMIUM)).toMatchObject([
      {
        mid: '1',
        kind: 'video',
        feedback: { nack: true, pli: true, transportCc: true },
        extensions: { mid: 4, transportSequenceNumber: 3, absoluteCaptureTime: undefined },
        sources: [{ ssrc: 883511095, rtxSsrc: 3631311597 }],
        rids: [],
      },
      {
        mid: '0',
        kind: 'audio',
        formats: [{ codecName: 'opus', payloadType: 111, clockRate: 48_000, channels: 2, rtxPayloadType: undefined }],
        feedback: { nack: false, pli: false, transportCc: true },
        extensions: { mid: 4, transportSequenceNumber: 3, absoluteCaptureTime: undefined },
        sources: [{ ssrc: 3668804649 }],
      },
    ]);
    expect(tracksOf(CHROMIUM)[0]?.formats[0]).toEqual({
      codecName: 'H264',
      payloadType: 102,
      clockRate: 90_000,
      channels: 1,
      format: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f',
      answerFormat: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f',
      rtxPayloadType: 103,
    });
  });

  it('gives every codec but VP8 with retransmissions, those first that play everywhere', () => {
    const formats = tracksOf(CHROMIUM)[0]?.formats.map(
      ({ codecName, payloadType, rtxPayloadType }) => `${codecName} ${payloadType} ${rtxPayloadType ?? ''}`,
    );
    expect(formats).toEqual([
      'H264 102 103',
      'H264 108 109',
      'H264 116 117',
      'H264 104 107',
      'H264 114 115',
      'H264 39 40',
      'VP9 98 99',
      'AV1 45 46',
      'VP9 100 101',
    ]);
  });

  it('is answered whole', () => {
    const withoutAlternatives = CHROMIUM.replace(/m=video 9 .*/, 'm=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 98 99');
    expect(answerTo(withoutAlternatives)).toBe(
      crlf(`
v=0
o=- 819008287 1 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=ice-options:trickle ice2
m=audio 7777 UDP/TLS/RTP/SAVPF 111
c=IN IP4 192.0.2.7
a=candidate:1 1 udp 2130706431 192.0.2.7 7777 typ host
a=candidate:2 1 udp 2130706175 2001:db8::7 7777 typ host
a=end-of-candidates
a=ice-ufrag:kR3xVq8Z
a=ice-pwd:mT0uWc5yJd2hNs9gLb7fQe
a=fingerprint:sha-256 B2:19
a=setup:passive
a=mid:0
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=recvonly
a=rtcp-mux
a=rtcp-mux-only
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
m=video 7777 UDP/TLS/RTP/SAVPF 102 103 98 99
c=IN IP4 192.0.2.7
a=ice-ufrag:kR3xVq8Z
a=ice-pwd:mT0uWc5yJd2hNs9gLb7fQe
a=fingerprint:sha-256 B2:19
a=setup:passive
a=mid:1
a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=recvonly
a=rtcp-mux
a=rtcp-mux-only
a=rtcp-rsize
a=rtpmap:102 H264/90000
a=rtcp-fb:102 transport-cc
a=rtcp-fb:102 nack
a=rtcp-fb:102 nack pli
a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f
a=rtpmap:103 rtx/90000
a=fmtp:103 apt=102
a=rtpmap:98 VP9/90000
a=rtcp-fb:98 transport-cc
a=rtcp-fb:98 nack
a=rtcp-fb:98 nack pli
a=fmtp:98 profile-id=0
a=rtpmap:99 rtx/90000
a=fmtp:99 apt=98
`),
    );
  });
});

describe('the offer of FFmpeg', () => {
  it('has no candidates and wants us to begin DTLS', () => {
    expect(parseOffer(FFMPEG).transport).toMatchObject({ setup: 'passive', candidates: [] });
  });

  it('gives H.264 with retransmissions but no PLI, and Opus without parameters', () => {
    expect(tracksOf(FFMPEG)).toMatchObject([
      {
        formats: [{ payloadType: 106, rtxPayloadType: 105 }],
        feedback: { nack: true, pli: false, transportCc: false },
        sources: [{ ssrc: 1382493690, rtxSsrc: 1382493691 }],
      },
      { formats: [{ payloadType: 111, format: '' }], feedback: { nack: false, pli: false, transportCc: false } },
    ]);
  });

  it('of video only still names an audio line in its BUNDLE group', () => {
    const videoOnly = FFMPEG.replace(/m=audio[^]*?(?=m=video)/, '');
    expect(parseOffer(videoOnly).bundle).toEqual(['1']);
    expect(answerTo(videoOnly)).toContain('a=group:BUNDLE 1\r\n');
  });

  it('gets reduced-size RTCP only on the m-line that offered it', () => {
    const [, audio, video] = answerTo(FFMPEG).split('m=');
    expect(audio).not.toContain('a=rtcp-rsize');
    expect(video).toContain('a=rtcp-rsize');
  });

  // Its muxer reads the first candidate by sscanf("%16s %d %128s %d typ host") from "udp" on, into signed integers.
  it('finds an IPv4 host candidate first', () => {
    const [candidate] = /a=candidate:.*/.exec(answerTo(FFMPEG)) ?? [];
    expect(candidate).toBe('a=candidate:1 1 udp 2130706431 192.0.2.7 7777 typ host');
  });
});

describe('the offer of libdatachannel', () => {
  it('has its fingerprint at session level and names for mids', () => {
    expect(parseOffer(LIBDATACHANNEL)).toMatchObject({
      bundle: ['audio', 'video'],
      transport: { fingerprints: [{ value: expect.stringMatching(/^C9:99:/) as string }], setup: 'actpass' },
    });
    expect(tracksOf(LIBDATACHANNEL)).toMatchObject([
      {
        formats: [{ payloadType: 96, rtxPayloadType: undefined }],
        feedback: { nack: true, pli: true, transportCc: false },
      },
      { formats: [{ payloadType: 111, answerFormat: 'minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1' }] },
    ]);
  });

  it('of OBS has its whole transport at session level, the fingerprint in small letters', () => {
    expect(parseOffer(OBS).transport).toMatchObject({
      ice: { usernameFragment: 'nxcM', password: 'ezjAjgSSLLvbRhUA1zc6Se' },
      fingerprints: [{ value: expect.stringMatching(/^4E:7F:77:DB:/) as string }],
      candidates: [{ address: '192.0.2.53', port: 57249 }],
    });
  });
});

describe('the offer of Firefox', () => {
  it('gives H.264, found behind parameters that come first', () => {
    expect(tracksOf(FIREFOX)).toMatchObject([
      {
        formats: [{ payloadType: 126, rtxPayloadType: 127 }],
        feedback: { nack: true, pli: true, transportCc: true },
        extensions: { mid: 3, transportSequenceNumber: 7 },
        sources: [{ ssrc: 1012011086, rtxSsrc: 523234647 }],
      },
      { formats: [{ payloadType: 109, format: 'maxplaybackrate=48000;stereo=1;useinbandfec=1' }] },
    ]);
  });

  it('keeps extensions to itself that it wants only to receive', () => {
    const [audio] = parseOffer(FIREFOX).media;
    expect(audio?.extensions.map(({ id }) => id)).toEqual([1, 3]);
  });
});

describe('the offer of GStreamer', () => {
  it('has video first and a bundle-only audio line', () => {
    expect(parseOffer(GSTREAMER)).toMatchObject({
      bundle: ['video0', 'audio1'],
      transport: { ice: { usernameFragment: 'JxjDUjCMDJHzmO1hrnVf3LwSsGkZEYWP' }, candidates: [] },
      media: [
        { mid: 'video0', direction: 'sendrecv' },
        { mid: 'audio1', direction: 'sendrecv' },
      ],
    });
  });

  it('gets its codec names as we write them, and no retransmissions without generic NACK', () => {
    expect(tracksOf(GSTREAMER)).toMatchObject([
      { formats: [{ codecName: 'H264' }], feedback: { nack: false, pli: true } },
      { formats: [{ codecName: 'opus', payloadType: 97 }], feedback: { nack: true } },
    ]);
    expect(answerTo(GSTREAMER)).toContain('a=rtpmap:97 opus/48000/2\r\n');
  });
});
