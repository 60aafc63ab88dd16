import {ref} from 'vue';
import {t} from '@/i18n';
import type {Mode} from '@/api/session';

/** Sound is for nobody on duty and for an extreme case alone; it can be muted for some minutes, never for good. */
export const muted = ref(false);
let until = 0, last = 0, timer: ReturnType<typeof setTimeout> | undefined;
export function muteFor(minutes: number): void {
  until = Date.now() + minutes * 60_000;
  muted.value = true;
  clearTimeout(timer);
  timer = setTimeout(() => { muted.value = false; }, minutes * 60_000);
}

/** Live: two rising tones. Exercise: one low tone and the spoken word, so that nobody takes one for the other. */
export function alarm(mode: Mode): void {
  if (Date.now() < until || Date.now() - last < 10_000 || !navigator.userActivation?.hasBeenActive) return;
  last = Date.now();
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
  if (mode === 'Actual') { tone(660, 0, 0.25); tone(880, 0.28, 0.4); }
  else {
    tone(180, 0, 0.8);
    if ('speechSynthesis' in window) speechSynthesis.speak(new SpeechSynthesisUtterance(t('desk.alarm.spoken')));
  }
  setTimeout(() => void audio.close(), 2000);
}
