import {ref, watch} from 'vue';

export type Look = 'auto' | 'light' | 'dark';
const STORED = 'clarion.look';
const system = matchMedia('(prefers-color-scheme: dark)');
const kept = localStorage.getItem(STORED);

export const look = ref<Look>(kept === 'light' || kept === 'dark' ? kept : 'auto');
/** Whether it is dark now; charts are made again when it changes. */
export const dark = ref(false);

function paint() {
  dark.value = look.value === 'dark' || (look.value === 'auto' && system.matches);
  document.documentElement.classList.toggle('dark', dark.value);
}
export function startLook(): void {
  system.addEventListener('change', paint);
  watch(look, next => {
    localStorage.setItem(STORED, next);
    paint();
  });
  paint();
}
