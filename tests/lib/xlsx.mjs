// A small .xlsx of one sheet, written part by part: what a spreadsheet program saves, as far as an import reads it.
import { deflateRawSync } from 'node:zlib';

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
    for (let bit = 0; bit < 8; bit++)
        n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n >>> 0;
});
const crc32 = (bytes) => (bytes.reduce((crc, byte) => TABLE[(crc ^ byte) & 255] ^ (crc >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;

/** {name: text} as a zip. */
export function zip(files) {
    const parts = [], entries = [];
    let offset = 0;
    for (const [name, text] of Object.entries(files)) {
        const bytes = Buffer.from(text), packed = deflateRawSync(bytes), head = Buffer.alloc(30), entry = Buffer.alloc(46);
        head.writeUInt32LE(0x04034b50, 0);
        entry.writeUInt32LE(0x02014b50, 0);
        for (const [to, at] of [[head, 4], [entry, 6]]) {
            to.writeUInt16LE(20, at);
            to.writeUInt16LE(8, at + 4);
            to.writeUInt32LE(crc32(bytes), at + 10);
            to.writeUInt32LE(packed.length, at + 14);
            to.writeUInt32LE(bytes.length, at + 18);
            to.writeUInt16LE(Buffer.byteLength(name), at + 22);
        }
        entry.writeUInt32LE(offset, 42);
        parts.push(head, Buffer.from(name), packed);
        entries.push(entry, Buffer.from(name));
        offset += 30 + Buffer.byteLength(name) + packed.length;
    }
    const end = Buffer.alloc(22), size = entries.reduce((sum, part) => sum + part.length, 0);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(entries.length / 2, 8);
    end.writeUInt16LE(entries.length / 2, 10);
    end.writeUInt32LE(size, 12);
    end.writeUInt32LE(offset, 16);
    return Buffer.concat([...parts, ...entries, end]);
}

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Rows of cells: numbers are numbers, texts stand among the shared strings; null and a missing row are nothing. */
export function xlsx(rows) {
    const shared = new Map();
    const share = (text) => shared.get(text) ?? shared.set(text, shared.size).size - 1;
    const cell = (value, row, column) => value === null ? ''
        : `<c r="${String.fromCharCode(65 + column)}${row + 1}"${typeof value === 'number' ? '' : ' t="s"'}><v>${typeof value === 'number' ? value : share(value)}</v></c>`;
    const sheet = rows.map((cells, row) => cells === null ? '' : `<row r="${row + 1}">${cells.map((value, column) => cell(value, row, column)).join('')}</row>`).join('');
    const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main', office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
    const packages = 'http://schemas.openxmlformats.org/package/2006', spreadsheet = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
    const parts = [['workbook', 'sheet.main'], ['worksheets/sheet1', 'worksheet'], ['sharedStrings', 'sharedStrings']];
    return zip({
        '[Content_Types].xml': `<?xml version="1.0"?><Types xmlns="${packages}/content-types">${parts.map(([name, type]) => `<Override PartName="/xl/${name}.xml" ContentType="${spreadsheet}.${type}+xml"/>`).join('')}</Types>`,
        'xl/workbook.xml': `<?xml version="1.0"?><workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`,
        'xl/_rels/workbook.xml.rels': `<?xml version="1.0"?><Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
        'xl/sharedStrings.xml': `<?xml version="1.0"?><sst xmlns="${main}">${[...shared.keys()].map((text) => `<si><t>${escaped(text)}</t></si>`).join('')}</sst>`,
        'xl/worksheets/sheet1.xml': `<?xml version="1.0"?><worksheet xmlns="${main}"><sheetData>${sheet}</sheetData></worksheet>`,
    });
}
