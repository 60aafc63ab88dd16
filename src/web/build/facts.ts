import {readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Plugin} from 'vite';

const ID = 'virtual:facts';
interface Row {code: string; level?: string; parent?: string; name_zh: string; short_zh?: string; name_en?: string; short_en?: string}

/** Topics and places from the server's own tables (src/model/data), so that both say the same. */
export function facts(): Plugin {
  const folder = process.env.CLARION_MODEL_DATA ?? fileURLToPath(new URL('../model/data', `file://${process.cwd()}/`));
  const read = (name: string) => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
  return {
    name: 'clarion-facts',
    resolveId: id => (id === ID ? '\0' + ID : null),
    load(id) {
      if (id !== '\0' + ID) return null;
      const hazards = read('hazards.json');
      const places = read('guangdong.json');
      const topics = hazards.topics.map((each: {id: string; zh: string; en: string; class: string}) => [each.id, each.zh, each.en, each.class]);
      const classes = hazards.classes.map((each: {id: string; zh: string; en: string}) => [each.id, each.zh, each.en]);
      const regions = [...places.divisions, ...places.townships, ...places.neighbours]
        .map((each: Row) => [each.code, each.short_zh || each.name_zh, each.short_en || each.name_en || '', each.parent ?? '', each.level ?? 'neighbour'])
        .sort((a: string[], b: string[]) => (a[0] < b[0] ? -1 : 1));
      const json = JSON.stringify(JSON.stringify({topics, classes, regions}));
      return `export default JSON.parse(${json})`;
    },
  };
}
