// Preloaded into a sender whose stack sends by sendto(2): what it sends is lost, or is sent beside packets that somebody made
// of it and who can send from its address. AIRCHECK_LOST_PERCENT of its RTP packets are lost, each by itself;
// AIRCHECK_FORGED_PER_PACKET go beside each, of all kinds in turn.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { SSRC = 8, RTP_HEADER = 12, MOST = 1500, RECEIVER_REPORT = 201 };
/** How far what is said to be early or late is from the truth: beyond any window, less than half of all numbers. */
enum { FAR = 0x6000 };
enum kind { FORGED, REPLAYED, FAR_AHEAD, FAR_BEHIND, CUT_SHORT, OF_NOBODY, FORGED_REPORT, LYING_HEADER, KINDS };

typedef ssize_t (*send_to)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);

static __thread uint64_t state;
static __thread unsigned turn;

/** The same numbers in each run: xorshift64. */
static uint64_t next_random(void) {
  if (state == 0) state = 88172645463325252u;
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

static double setting(const char *name) {
  const char *value = getenv(name);
  return value == NULL ? 0 : atof(value);
}

/** RFC 7983, RFC 5761: neither STUN nor DTLS nor RTCP. */
static int is_rtp(const uint8_t *bytes, size_t count) {
  return count > RTP_HEADER && bytes[0] >> 6 == 2 && ((bytes[1] & 127) < 64 || (bytes[1] & 127) > 95);
}

static void add_to_sequence(uint8_t *packet, unsigned step) {
  unsigned sequence = (packet[2] << 8 | packet[3]) + step;
  packet[2] = sequence >> 8;
  packet[3] = sequence;
}

/** Makes one of a kind out of a good packet. Returns its length. */
static size_t forge(uint8_t *packet, size_t count, enum kind kind) {
  if (kind == REPLAYED) return count;
  if (kind == CUT_SHORT) return 1 + next_random() % (count - 1);
  // The tag is wrong in one bit.
  packet[count - 1] ^= 1;
  if (kind == FORGED) add_to_sequence(packet, 1 + next_random() % 64);
  if (kind == FAR_AHEAD) add_to_sequence(packet, FAR);
  if (kind == FAR_BEHIND) add_to_sequence(packet, 0x10000 - FAR);
  if (kind == LYING_HEADER) packet[0] |= 0x1f | (next_random() & 0x20);
  if (kind == OF_NOBODY) {
    uint32_t ssrc = next_random();
    memcpy(packet + SSRC, &ssrc, sizeof ssrc);
  }
  if (kind == FORGED_REPORT) {
    packet[1] = RECEIVER_REPORT;
    // The E flag, where either profile has it.
    packet[count - 4] |= 0x80;
    if (count >= 14) packet[count - 14] |= 0x80;
  }
  return count;
}

ssize_t sendto(int fd, const void *bytes, size_t count, int flags, const struct sockaddr *to, socklen_t length) {
  static send_to real;
  static double lost_percent, forged_per_packet;
  if (real == NULL) {
    lost_percent = setting("AIRCHECK_LOST_PERCENT");
    forged_per_packet = setting("AIRCHECK_FORGED_PER_PACKET");
    real = (send_to)dlsym(RTLD_NEXT, "sendto");
  }
  if (!is_rtp(bytes, count) || count > MOST) return real(fd, bytes, count, flags, to, length);
  if (next_random() % 10000 < lost_percent * 100) return (ssize_t)count;
  ssize_t sent = real(fd, bytes, count, flags, to, length);
  for (int i = 0; i < forged_per_packet; i++) {
    uint8_t packet[MOST];
    memcpy(packet, bytes, count);
    real(fd, packet, forge(packet, count, turn++ % KINDS), flags, to, length);
  }
  return sent;
}
