import {ref} from 'vue';
import {useI18n} from 'vue-i18n';
import {useRouter} from 'vue-router';
import {useKeys, type Binding} from '@/keys';
import {placesOf} from './places';
import {openPalette} from './palette';
import {useToasts} from './toasts';

/** Whether the list of keys is open. */
export const help = ref(false);

/** Keys that hold everywhere (ui.md section 7). `.` belongs to the list that has an order to apply. */
export function useGlobalKeys(): void {
  const {t} = useI18n();
  const router = useRouter();
  const toasts = useToasts();
  const go: Binding[] = [['D', 'desk'], ['N', 'notices'], ['R', 'roster'], ['S', 'stats'], ['B', 'resources']].map(([key, name]) => ({
    keys: `G ${key}`, words: () => t('key.go', {place: t(`nav.${name}`)}), when: () => placesOf(router).some(each => each.name === name),
    act: () => router.push(`/${name}`)}));
  useKeys('everywhere', [
    {keys: ['/', 'Ctrl+K'], words: () => t('key.palette'), act: () => openPalette()},
    {keys: '?', words: () => t('key.help'), act: () => { help.value = !help.value; }},
    {keys: 'Z', words: () => t('key.undo'), when: () => toasts.list.some(each => each.undo), act: () => toasts.takeBack()},
    ...go,
  ]);
}
