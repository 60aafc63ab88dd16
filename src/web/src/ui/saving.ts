import {computed, ref} from 'vue';
import {useI18n} from 'vue-i18n';
import {api} from '@/api/client';
import {isApiError} from '@/api/errors';

type Json = Record<string, unknown>;
export type Stored = Json & {version: number};
const nothing = (value: unknown) => value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
/** Whether two members say the same; absent, null and empty are one. */
export const same = (a: unknown, b: unknown) => (nothing(a) ? nothing(b) : JSON.stringify(a) === JSON.stringify(b));

/** Saves a form's record: what is wrong stands at its field, what was typed stays, and when another person was first their record is read. */
export function useSaving() {
  const {t} = useI18n();
  const error = ref<unknown>(), busy = ref(false);
  /** The record as another person left it, after a 412. */
  const theirs = ref<Stored>();
  async function run<T>(act: () => Promise<T>, reread = ''): Promise<T | undefined> {
    if (busy.value) return undefined;
    busy.value = true;
    error.value = theirs.value = undefined;
    try {
      return await act();
    } catch (caught) {
      error.value = caught;
      if (isApiError(caught) && caught.stale && reread) theirs.value = await api.get<Stored>(reread).catch(() => undefined);
      return undefined;
    } finally {
      busy.value = false;
    }
  }
  /** What the server says of a field, of any place in it for a list. */
  const wrong = (...pointers: string[]) => {
    if (!isApiError(error.value)) return '';
    return error.value.fields.filter(each => pointers.some(pointer => each.pointer === pointer || each.pointer.startsWith(pointer + '/'))).map(each => each.detail).join(' ');
  };
  const words = computed(() => (!error.value || theirs.value ? '' : isApiError(error.value) ? error.value.words : t('err.ours')));
  return {error, busy, theirs, run, wrong, words};
}

/** Of a record, the members that differ from what was read (RFC 7396: null takes one away). */
export function changed(body: Json, before: Json): Json {
  return Object.fromEntries(Object.entries(body).filter(([name, value]) => !same(value, before[name])));
}
/** Without members that say nothing, as a new record is sent. */
export const stated = (body: Json): Json => Object.fromEntries(Object.entries(body).filter(([, value]) => !nothing(value)));
