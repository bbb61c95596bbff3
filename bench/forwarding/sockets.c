// The other end of what benches send, and the least that sending costs.
// sockets sink COUNT: binds COUNT sockets, prints their ports and reads none.
// sockets send PACKETS BYTES PORT...: PACKETS to each port, by a connected socket each, in bursts of 8. Prints µs of CPU for each.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BURST = 8, MOST_BYTES = 2048 };

static int open_socket(int port, int connects) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  int failed = connects ? connect(fd, (struct sockaddr *)&address, sizeof address) : bind(fd, (struct sockaddr *)&address, sizeof address);
  if (fd < 0 || failed) exit(1);
  return fd;
}

static int sink(int count) {
  for (int i = 0; i < count; i++) {
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    getsockname(open_socket(0, 0), (struct sockaddr *)&address, &length);
    printf("%d%c", ntohs(address.sin_port), i + 1 < count ? ' ' : '\n');
  }
  fflush(stdout);
  return pause();
}

static double microseconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

static int send_all(int packets, int bytes, int count, char **ports) {
  static char packet[MOST_BYTES];
  int *sockets = calloc(count, sizeof *sockets);
  memset(packet, 0x55, sizeof packet);
  for (int i = 0; i < count; i++) sockets[i] = open_socket(atoi(ports[i]), 1);
  double before = microseconds();
  for (int done = 0; done < packets; done += BURST)
    for (int i = 0; i < count; i++)
      for (int burst = 0; burst < BURST; burst++)
        if (write(sockets[i], packet, bytes) < 0) continue;
  printf("%.3f\n", (microseconds() - before) / ((double)packets * count));
  return 0;
}

int main(int count, char **words) {
  if (count == 3 && strcmp(words[1], "sink") == 0) return sink(atoi(words[2]));
  if (count > 4 && strcmp(words[1], "send") == 0) return send_all(atoi(words[2]), atoi(words[3]), count - 4, words + 4);
  return 2;
}
