export interface Expert {
  id: string; version: number; active: boolean; user?: string; name: string; title?: string; affiliation?: string; topics: Record<string, number>;
  regions?: string[]; langs?: string[]; capacity?: number; conflicts?: string[]; contacts?: string[]; public_name?: string; consent?: {on: string; by?: string};
  quiet_hours?: {from: string; until: string}; absences?: {from: string; until: string; note?: string}[];
  load?: number; away?: boolean; quiet?: boolean; on_duty_until?: string | null;
}
