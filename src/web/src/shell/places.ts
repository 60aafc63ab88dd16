import type {Router} from 'vue-router';
import {useSession, type Role} from '@/api/session';

/** The places of the shell. One whose page is not there, or that the role can never use, is not shown. */
export interface Place { name: string; icon: string; path: string; phone: boolean; foot?: boolean }
const PLACES: (Place & {roles?: Role[]})[] = [
  {name: 'desk', icon: 'duty', path: '/desk', phone: true},
  {name: 'notices', icon: 'notice', path: '/notices', phone: true},
  {name: 'resources', icon: 'book', path: '/resources', phone: false},
  {name: 'experts', icon: 'people', path: '/experts', phone: false},
  {name: 'roster', icon: 'roster', path: '/roster', phone: true},
  {name: 'stats', icon: 'stats', path: '/stats', phone: true},
  {name: 'audit', icon: 'shield', path: '/audit', phone: false, roles: ['approver', 'admin', 'auditor']},
  {name: 'admin', icon: 'lock', path: '/admin', phone: false, foot: true, roles: ['admin']},
  {name: 'settings', icon: 'gear', path: '/settings', phone: false, foot: true},
];
export function placesOf(router: Router): Place[] {
  const {role} = useSession();
  return PLACES.filter(each => router.resolve(each.path).name !== 'nowhere' && (!each.roles || (role !== null && each.roles.includes(role))));
}
