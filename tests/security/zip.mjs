// The members of a ZIP archive, one after another, as text: what is asked of pages is asked of it too.
import { inflateRawSync } from "node:zlib";

const END = 0x06054b50, ENTRY = 0x02014b50;

export function unzip(bytes) {
  let end = bytes.length - 22;
  while (end >= 0 && bytes.readUInt32LE(end) !== END) end--;
  if (end < 0) throw new Error("no ZIP archive");
  let at = bytes.readUInt32LE(end + 16);
  let text = "";
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (bytes.readUInt32LE(at) !== ENTRY) throw new Error("a ZIP archive without its list");
    const [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const start = bytes.readUInt32LE(at + 42);
    const from = start + 30 + bytes.readUInt16LE(start + 26) + bytes.readUInt16LE(start + 28);
    const packed = bytes.subarray(from, from + bytes.readUInt32LE(at + 20));
    const isPacked = bytes.readUInt16LE(at + 10) !== 0;
    text += `${bytes.toString("utf8", at + 46, at + 46 + name)}\n${isPacked ? inflateRawSync(packed) : packed}\n`;
    at += 46 + name + extra + comment;
  }
  return text;
}
