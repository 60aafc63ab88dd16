import {reactive} from 'vue';
import {t} from '@/i18n';
import type {Mode} from '@/api/session';

/** The two things that sound: nobody is on duty, an extreme case came. Each can be muted for some minutes, never for good. */
export const ALARMS = ['nobody', 'extreme'] as const;
export type Alarm = (typeof ALARMS)[number];
export const MUTE_MINUTES = 10;
const STORED = 'clarion.mute', AGAIN_MS = 10_000;

function kept(): Record<Alarm, number> {
  let found: Partial<Record<Alarm, unknown>> = {};
  try { found = JSON.parse(localStorage.getItem(STORED) ?? '{}') ?? {}; } catch { /* nothing kept */ }
  const latest = Date.now() + MUTE_MINUTES * 60_000;
  const until = (name: Alarm) => { const at = Number(found[name]); return at > Date.now() && at <= latest ? at : 0; };
  return {nobody: until('nobody'), extreme: until('extreme')};
}
/** Until when each is muted, milliseconds since 1970 by this computer; 0: it sounds. The same in all tabs. */
export const mutedUntil = reactive(kept());
addEventListener('storage', event => { if (event.key === STORED) Object.assign(mutedUntil, kept()); });
export function mute(which: Alarm, minutes = MUTE_MINUTES): void {
  mutedUntil[which] = minutes > 0 ? Date.now() + Math.min(minutes, MUTE_MINUTES) * 60_000 : 0;
  localStorage.setItem(STORED, JSON.stringify(mutedUntil));
}
export const isMuted = (which: Alarm): boolean => Date.now() < mutedUntil[which];

const soundedAt: Record<Alarm, number> = {nobody: 0, extreme: 0};
/** Sounds unless muted, unheard-of on a page that nobody touched yet (the browser forbids it), or just heard. */
export function alarm(which: Alarm, mode: Mode): void {
  if (isMuted(which) || Date.now() - soundedAt[which] < AGAIN_MS || !navigator.userActivation?.hasBeenActive) return;
  soundedAt[which] = Date.now();
  sound(mode);
}

/** Live: two rising tones. Exercise and test: one low tone and the spoken word, so that nobody takes one for the other. */
export function sound(mode: Mode): void {
  const audio = new AudioContext();
  const tone = (hertz: number, at: number, seconds: number) => {
    const source = audio.createOscillator(), volume = audio.createGain();
    source.frequency.value = hertz;
    volume.gain.setValueAtTime(0.12, audio.currentTime + at);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + at + seconds);
    source.connect(volume).connect(audio.destination);
    source.start(audio.currentTime + at);
    source.stop(audio.currentTime + at + seconds);
  };
  if (mode === 'Actual') {
    tone(660, 0, 0.25);
    tone(880, 0.28, 0.4);
  } else {
    tone(180, 0, 0.8);
    if ('speechSynthesis' in window) speechSynthesis.speak(new SpeechSynthesisUtterance(t(`sound.spoken.${mode}`)));
  }
  setTimeout(() => void audio.close(), 2000);
}
