import type {Role} from '@/api/session';
/** A line of GET /v1/admin/users. */
export interface Account { name: string; role: Role; regions: string[]; disabled: boolean; password: boolean; second_factor: boolean; recovery_left: number; version: number; created_at: string }
