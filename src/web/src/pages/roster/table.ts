/** A table of comma separated values, for a preview: the server reads the text itself and has the last word. Lines count from 1, as there. */
export function readTable(text: string): {columns: string[]; rows: {line: number; cells: string[]}[]} {
  const clean = text.replace(/^\ufeff/, '');
  const head = clean.slice(0, clean.indexOf('\n') < 0 ? clean.length : clean.indexOf('\n'));
  const many = (sign: string) => head.split(sign).length;
  const separator = [';', '\t'].reduce((best, sign) => (many(sign) > many(best) ? sign : best), ',');
  const rows: {line: number; cells: string[]}[] = [];
  let cells: string[] = [], cell = '', quoted = false, line = 1, begin = 1;
  const endRow = () => {
    cells.push(cell.trim().replace(/^'(?=[=+\-@\t])/, ''));
    if (cells.some(Boolean)) rows.push({line: begin, cells});
    cells = [];
    cell = '';
  };
  for (let at = 0; at < clean.length; at += 1) {
    const sign = clean[at];
    if (sign === '\n') line += 1;
    if (quoted) {
      if (sign === '"' && clean[at + 1] === '"') { cell += '"'; at += 1; } else if (sign === '"') quoted = false;
      else cell += sign;
    } else if (sign === '"' && cell.trim() === '') { quoted = true; cell = ''; } else if (sign === separator) { cells.push(cell.trim().replace(/^'(?=[=+\-@\t])/, '')); cell = ''; } else if (sign === '\n') { endRow(); begin = line; } else if (sign !== '\r') cell += sign;
  }
  if (cell || cells.length) endRow();
  const first = rows.shift();
  return {columns: first?.cells ?? [], rows};
}
