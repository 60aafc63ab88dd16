// All of a built page as one file for the program: usage: node pack.mjs DIST OUT
// "CLARIONPACK1\n", a line of JSON [{name, type, size, stored, gzip}, …], then the stored bytes one after another.
import {readFileSync, readdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {gzipSync} from 'node:zlib';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml', '.txt': 'text/plain; charset=utf-8', '.json': 'application/json', '.png': 'image/png',
};
const [dist, out] = process.argv.slice(2);
const names = readdirSync(dist, {recursive: true, withFileTypes: true})
  .filter(each => each.isFile())
  .map(each => path.relative(dist, path.join(each.parentPath ?? each.path, each.name)).split(path.sep).join('/'))
  .sort();
const index = [], bodies = [];
for (const name of names) {
  const type = TYPES[path.extname(name)];
  if (!type) throw new Error(`${name}: no type for this kind of file`);
  const bytes = readFileSync(path.join(dist, name));
  const packed = gzipSync(bytes, {level: 9});
  packed[9] = 255;  // the system's byte of the header: the same pack everywhere
  const gzip = packed.length < bytes.length;
  index.push({name, type, size: bytes.length, stored: (gzip ? packed : bytes).length, gzip});
  bodies.push(gzip ? packed : bytes);
}
writeFileSync(out, Buffer.concat([Buffer.from(`CLARIONPACK1\n${JSON.stringify(index)}\n`), ...bodies]));
