import {BASE} from '@/api/base';
import {noteServerTime} from '@/api/clock';

/** A place in the channel: where to go on after a cut. */
export interface Place { epoch: string; offset: string; view: string }
export interface Frame { type: string; channel?: string; epoch?: string; offset?: string; time?: string; [member: string]: unknown }
export interface Listener {
  /** The subscription stands. `whole`: what follows until snapshotEnd() is all there is; `lost` says why a place could not be gone on from. */
  subscribed(how: {whole: boolean; lost: string; head: string}): void;
  frame(frame: Frame): void;
  snapshotEnd(): void;
  state(state: ChannelState): void;
}
export interface ChannelState {
  state: 'connecting' | 'catching' | 'synced' | 'quiet' | 'cut' | 'signed_out';
  offset?: string;
  heardAt?: number;
  retryAt?: number;
  left?: number;
}
export interface Timing { socket: (url: string, protocols: string[]) => WebSocket; random: () => number }

const FIRST_WAIT = 500, LONGEST_WAIT = 30_000;

/** How long to wait before try n (from 0): exponential with full jitter, so that desks do not come back all at once. */
export const backOff = (tries: number, random: () => number): number => Math.round(random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(tries, 10)));

/** The channel `desk` of contract section 4: one WebSocket a tab, which keeps its place over any number of cuts.
 *
 *  Silence is no news: without a heartbeat for one and a half of its time the figures count as old, after two and a half the
 *  connection is given up. */
export class DeskChannel {
  private socket: WebSocket | null = null;
  private place: Place | null = null;
  private within = false;       // a snapshot is being told
  private head = 0n;
  private heartbeatMs = 25_000;
  private heardAt = 0;
  private tries = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;
  private stopped = true;
  private now: ChannelState['state'] = 'connecting';

  constructor(private listener: Listener, private timing: Timing = {socket: (url, protocols) => new WebSocket(url, protocols), random: Math.random}) {}

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.watch = setInterval(() => this.listen(), 1000);
    addEventListener('online', this.soon);
    this.connect();
  }
  stop(): void {
    this.stopped = true;
    clearInterval(this.watch);
    clearTimeout(this.retry);
    removeEventListener('online', this.soon);
    this.drop();
  }
  /** Tries again at once: the network is back, or somebody pressed the button. */
  soon = (): void => {
    if (this.stopped || this.socket) return;
    clearTimeout(this.retry);
    this.tries = 0;
    this.connect();
  };
  /** Somebody else signed in: nothing of before counts. */
  forget(): void {
    this.place = null;
    this.drop();
    this.tries = 0;
    if (!this.stopped) this.connect();
  }

  private say(state: ChannelState['state'], more: Partial<ChannelState> = {}): void {
    this.now = state;
    this.listener.state({state, offset: this.place?.offset, heardAt: this.heardAt || undefined, ...more});
  }
  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
  }
  private connect(): void {
    clearTimeout(this.retry);
    this.drop();
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    let socket: WebSocket;
    try {
      socket = this.timing.socket(`${scheme}://${location.host}${BASE}/v1/stream`, ['clarion.v1']);
    } catch {
      return this.wait();
    }
    this.socket = socket;
    this.heardAt = 0;
    const openBy = setTimeout(() => { if (this.socket === socket && this.heardAt === 0) this.lost(); }, 10_000);
    socket.onmessage = event => { clearTimeout(openBy); this.take(JSON.parse(String(event.data)) as Frame); };
    socket.onclose = event => { clearTimeout(openBy); if (this.socket === socket) this.closed(event.code); };
  }
  private send(message: object): void { this.socket?.send(JSON.stringify(message)); }

  private take(frame: Frame): void {
    this.heardAt = Date.now();
    switch (frame.type) {
      case 'hello': {
        if (typeof frame.heartbeat_s === 'number') this.heartbeatMs = frame.heartbeat_s * 1000;
        if (!(frame.channels as string[] | undefined)?.includes('desk')) return this.signedOut();
        this.send({type: 'subscribe', id: 1, channel: 'desk', from: this.place ?? 'open_cases'});
        return this.say('catching');
      }
      case 'subscribed': {
        const head = (frame.head as {offset: string}).offset;
        const whole = frame.recovered !== true;
        this.head = BigInt(head);
        this.within = whole;
        const view = String(frame.view ?? '');
        this.place = whole ? {epoch: (frame.head as {epoch: string}).epoch, offset: '0', view} : {...this.place!, view};
        this.listener.subscribed({whole, lost: String(frame.reason ?? ''), head});
        return this.progress();
      }
      case 'snapshot_end':
        this.within = false;
        this.move(frame);
        this.listener.snapshotEnd();
        return this.progress();
      case 'heartbeat':
        noteServerTime(Date.parse(frame.time ?? ''), Date.now(), Date.now(), true);
        this.move(frame);
        this.tries = 0;
        return this.progress();
      case 'error':
        // Refused: the place may be of another desk's data. Anew, without it.
        this.place = null;
        return this.lost();
      default:
        if (frame.channel !== 'desk') return;
        this.listener.frame(frame);
        if (frame.offset !== undefined) {
          this.move(frame);
          this.progress();
        } else if (this.now === 'quiet') {
          this.progress();
        }
    }
  }
  private move(frame: Frame): void {
    if (this.within || !this.place || frame.offset === undefined) return;
    this.place = {...this.place, epoch: String(frame.epoch), offset: frame.offset};
  }
  private progress(): void {
    const left = this.within ? 0n : this.head - BigInt(this.place?.offset ?? '0');
    if (this.within || left > 0n) return this.say('catching', {left: Number(left)});
    this.tries = 0;
    this.say('synced');
  }
  private listen(): void {
    if (!this.socket || this.heardAt === 0) return;
    const silent = Date.now() - this.heardAt;
    if (silent > this.heartbeatMs * 2.5) this.lost();
    else if (silent > this.heartbeatMs * 1.5 && this.now !== 'quiet') this.say('quiet');
  }
  private closed(code: number): void {
    this.socket = null;
    if (code === 3500) return this.signedOut();
    if (code === 3005) this.tries = 0;  // our rights changed: at once
    this.wait(code >= 3501 && code < 4000 ? LONGEST_WAIT : 0);
  }
  private lost(): void {
    this.drop();
    this.wait();
  }
  private signedOut(): void {
    this.drop();
    this.say('signed_out');
  }
  private wait(least = 0): void {
    if (this.stopped) return;
    const ms = least + backOff(this.tries++, this.timing.random);
    this.say('cut', {retryAt: Date.now() + ms});
    this.retry = setTimeout(() => this.connect(), ms);
  }
}
