import {existsSync, readFileSync, readdirSync} from 'node:fs';
import path from 'node:path';
import type {Plugin} from 'vite';

/** assets/app/licences.txt: the licence of every package that went into the page. */
export function licences(): Plugin {
  return {
    name: 'clarion-licences',
    generateBundle(_options, bundle) {
      const folders = new Set<string>();
      for (const chunk of Object.values(bundle)) {
        for (const id of chunk.type === 'chunk' ? chunk.moduleIds : []) {
          const found = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id);
          if (found) folders.add(found[1]);
        }
      }
      const texts = [...folders].sort().map(folder => {
        const about = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
        const file = readdirSync(folder).find(name => /^licen[cs]e/i.test(name));
        const text = file && existsSync(path.join(folder, file)) ? readFileSync(path.join(folder, file), 'utf8').trim() : '';
        return `${about.name} ${about.version} (${about.license})\n\n${text}\n`;
      });
      this.emitFile({type: 'asset', fileName: 'assets/app/licences.txt', source: texts.join('\n----\n\n')});
    },
  };
}
