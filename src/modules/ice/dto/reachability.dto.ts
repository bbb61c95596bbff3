import { ApiProperty } from '@nestjs/swagger';
import type { IceCandidate } from '../../../media/sdp/session.js';
import type { ProvenArrivals, WorkerReachability } from '../../../engine/index.js';
import { scopeOf, type AddressScope } from '../address-scope.js';
import { adviceFor, type Advice } from '../reachability-advice.js';

class CandidateDto {
  @ApiProperty({ enum: ['udp', 'tcp'] })
  readonly transport: 'udp' | 'tcp';

  @ApiProperty({ example: '203.0.113.5' })
  readonly address: string;

  @ApiProperty({ type: 'integer' })
  readonly port: number;

  @ApiProperty({ enum: ['public', 'private', 'loopback'], description: 'Who can reach the address' })
  readonly scope: AddressScope;

  constructor({ transport, address, port }: IceCandidate) {
    this.transport = transport;
    this.address = address;
    this.port = port;
    this.scope = scopeOf(address);
  }
}

class MediaPortDto {
  @ApiProperty({ type: 'integer', description: 'That the worker listens on' })
  readonly port: number;

  @ApiProperty({ type: 'integer', description: 'Addresses that have reached it with a good check since the start' })
  readonly arrivals: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When the last new one did' })
  readonly lastArrivalAt: string | null;

  constructor({ port, arrivals }: { readonly port: number; readonly arrivals: ProvenArrivals }) {
    this.port = port;
    this.arrivals = arrivals.addresses;
    this.lastArrivalAt = arrivals.lastEpochMs === undefined ? null : new Date(arrivals.lastEpochMs).toISOString();
  }
}

class EndpointDto {
  @ApiProperty()
  readonly address!: string;

  @ApiProperty({ type: 'integer' })
  readonly port!: number;
}

class StunViewDto {
  @ApiProperty({ type: [EndpointDto], description: 'Where others see the UDP port, best first' })
  readonly endpoints: readonly EndpointDto[];

  @ApiProperty({ description: 'Each destination sees another port' })
  readonly symmetric: boolean;

  @ApiProperty({ type: 'integer', description: 'Answers of STUN servers that this is made of' })
  readonly answers: number;

  constructor({ endpoints, isSymmetric, answers }: NonNullable<WorkerReachability['stun']>) {
    this.endpoints = endpoints;
    this.symmetric = isSymmetric;
    this.answers = answers;
  }
}

class WorkerReachabilityDto {
  @ApiProperty({ type: 'integer' })
  readonly worker: number;

  @ApiProperty({ type: [CandidateDto], description: 'What publishers are told, best first' })
  readonly candidates: readonly CandidateDto[];

  @ApiProperty({ type: MediaPortDto })
  readonly udp: MediaPortDto;

  @ApiProperty({ type: MediaPortDto, required: false, description: 'Absent without `webrtc.tcp_port`' })
  readonly tcp?: MediaPortDto;

  @ApiProperty({ type: StunViewDto, required: false, description: 'Absent when no STUN server is asked' })
  readonly stun?: StunViewDto;

  constructor({ worker, candidates, udp, tcp, stun }: WorkerReachability) {
    this.worker = worker;
    this.candidates = candidates.map((candidate) => new CandidateDto(candidate));
    this.udp = new MediaPortDto(udp);
    if (tcp !== undefined) this.tcp = new MediaPortDto(tcp);
    if (stun !== undefined) this.stun = new StunViewDto(stun);
  }
}

class AdviceDto {
  @ApiProperty({ type: String, example: 'private-only' })
  readonly code!: Advice['code'];

  @ApiProperty()
  readonly message!: string;
}

export class ReachabilityDto {
  @ApiProperty({ type: [WorkerReachabilityDto] })
  readonly workers: readonly WorkerReachabilityDto[];

  @ApiProperty({ type: [AdviceDto], description: 'What keeps publishers away, or might; the weightiest first' })
  readonly advice: readonly AdviceDto[];

  constructor(workers: readonly WorkerReachability[]) {
    this.workers = workers.map((worker) => new WorkerReachabilityDto(worker));
    this.advice = adviceFor(workers);
  }
}
