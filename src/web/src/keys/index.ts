import {onBeforeUnmount, onMounted, reactive, ref, shallowReactive, watch} from 'vue';

/** One key of a page. `keys`: 'A', 'Shift+X', 'Ctrl+Enter' (⌘ on a Mac), 'G D' (one after the other), '/', '?', '.', '[', 'F8',
 *  'ArrowDown', 'Escape', '1'. Letters are the key's place on the board, so that a Chinese IME changes nothing. */
export interface Binding {
  keys: string | string[];
  /** What it does, in the help and the palette; a function, so that it follows the language. Absent: not listed. */
  words?: () => string;
  act: (event: KeyboardEvent) => unknown;
  /** False: the key is not taken now. */
  when?: () => boolean;
  /** Also while a field has focus (Ctrl+Enter, Escape, F8 are always). */
  inFields?: boolean;
}
export interface Scope { name: string; bindings: Binding[]; alone: boolean; id: number }

const CODES: Record<string, string> = {
  '/': 'Slash', '?': 'Shift+Slash', '.': 'Period', ',': 'Comma', '[': 'BracketLeft', ']': 'BracketRight', '-': 'Minus', '=': 'Equal',
};
const scopes = shallowReactive<Scope[]>([]);
const STORED = 'clarion.keys';
/** Bare keys on or off (WCAG 2.1.4); settings has the switch. */
export const bareKeys = ref(localStorage.getItem(STORED) !== 'off');
watch(bareKeys, on => localStorage.setItem(STORED, on ? 'on' : 'off'));
export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
/** The first key of a two-key stroke that waits for its second, or ''. */
export const leader = reactive({key: ''});
let leaderTimer: ReturnType<typeof setTimeout> | undefined;
let count = 0;

function pressed(event: KeyboardEvent): string {
  const code = event.code.replace(/^(Key|Digit|Numpad)(?=[A-Z0-9]$)/, '').replace(/^NumpadEnter$/, 'Enter');
  return (event.ctrlKey || event.metaKey ? 'Ctrl+' : '') + (event.altKey ? 'Alt+' : '') + (event.shiftKey ? 'Shift+' : '') + code;
}
const wanted = (stroke: string) => stroke.split('+').map(part => CODES[part] ?? part).join('+');
const strokes = (binding: Binding) => (Array.isArray(binding.keys) ? binding.keys : [binding.keys]);

function inField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'submit', 'reset', 'file', 'range', 'color'].includes(target.type);
}
/** Keys that a focused control answers itself. */
function takenByControl(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  if (!target?.closest || event.ctrlKey || event.metaKey) return false;
  if (['Enter', 'Space'].includes(event.code)) return target.closest('a[href],button,summary,input,select,[role=menuitem],[role=tab],[role=radio],[role=checkbox]') !== null;
  if (/^(Arrow|Home|End|Page)/.test(event.code)) return target.closest('[role=tablist],[role=menu],[role=radiogroup],input,select,[data-arrows]') !== null;
  return false;
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || event.repeat && !/Arrow|Key[JK]/.test(event.code)) return;
  const stroke = pressed(event);
  const bare = !/^(Ctrl|Alt)\+/.test(stroke) && !/^(Shift\+)?(F\d+|Escape)$/.test(stroke);
  const field = inField(event.target);
  if (bare && (!bareKeys.value && !/^(Arrow|Enter$)/.test(event.code))) return;
  const first = leader.key;
  if (first && !/^Shift/.test(event.code)) { leader.key = ''; clearTimeout(leaderTimer); }
  let leads = false;
  for (const scope of [...scopes].reverse()) {
    for (const binding of scope.bindings) {
      if (bare && field && !binding.inFields) continue;
      for (const each of strokes(binding)) {
        const [one, two] = each.split(' ');
        if (two !== undefined && !first && wanted(one) === stroke && !field) { leads = true; continue; }
        const hit = two === undefined ? !first && wanted(one) === stroke : first === wanted(one) && wanted(two) === stroke;
        if (!hit || takenByControl(event) || binding.when?.() === false) continue;
        event.preventDefault();
        void binding.act(event);
        return;
      }
    }
    if (scope.alone) break;
  }
  if (leads) {
    event.preventDefault();
    leader.key = stroke;
    leaderTimer = setTimeout(() => { leader.key = ''; }, 1500);
  }
}
addEventListener('keydown', onKey);

/** Keys that hold while a component is there. The newest scope wins; `alone`: those below are not asked (dialogs). */
export function useKeys(name: string, bindings: Binding[], {alone = false} = {}): void {
  const scope: Scope = {name, bindings, alone, id: ++count};
  onMounted(() => { scopes.push(scope); });
  onBeforeUnmount(() => {
    const at = scopes.indexOf(scope);
    if (at >= 0) scopes.splice(at, 1);
  });
}

/** All keys with words that act now, newest scope first: for the help and the palette. */
export function listed(): {scope: string; keys: string; words: string; act: Binding['act']}[] {
  return [...scopes].reverse().flatMap(scope => scope.bindings
    .filter(binding => binding.words && binding.when?.() !== false)
    .map(binding => ({scope: scope.name, keys: shown(strokes(binding)[0]), words: binding.words!(), act: binding.act})));
}

const GLYPHS: Record<string, string> = {Enter: '↵', Escape: 'Esc', ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Shift: '⇧', Space: '␣'};
/** 'Ctrl+Enter' as people read it: 'Ctrl ↵', '⌘ ↵' on a Mac. */
export const shown = (keys: string): string =>
  keys.split(/[ +]/).map(part => (part === 'Ctrl' ? (isMac ? '⌘' : 'Ctrl') : GLYPHS[part] ?? part)).join(' ');
