import {baseCompile} from '@intlify/message-compiler';
import type {Plugin} from 'vite';

type Tree = {[name: string]: string | Tree};
const isWords = (id: string) => /\/(zh|en)\.json$/.test(id.split('?')[0]);

/** Each text of a zh.json or en.json as vue-i18n's syntax tree: nothing is compiled in the browser. */
function compiled(tree: Tree, path: string): unknown {
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => {
    const at = `${path}.${name}`;
    if (typeof value !== 'string') return [name, compiled(value, at)];
    const fail = (error: Error) => { throw new Error(`${at}: ${error.message} (write | and @ as {'|'} and {'@'})`); };
    return [name, baseCompile(value, {jit: true, optimize: true, minify: true, location: false, onError: fail}).ast];
  }));
}

export function words(): Plugin {
  return {
    name: 'clarion-words',
    enforce: 'pre',
    transform(code, id) {
      if (!isWords(id)) return null;
      const tree = compiled(JSON.parse(code) as Tree, id.split('/').slice(-2).join('/'));
      return {code: JSON.stringify(tree), map: null};  // Vite's own JSON step goes on from here
    },
  };
}
