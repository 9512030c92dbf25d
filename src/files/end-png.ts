import { crc32 } from 'node:zlib'

const signatureBytes = 8
/** Length and name before a chunk's data, and the check sum after it. */
const [headBytes, sumBytes] = [8, 4]
const end = Buffer.from('0000000049454e44ae426082', 'hex')

/** Completes a PNG that lacks no more than its end chunk and a part of the check sum before it. */
export function endPng(png: Buffer): Buffer {
  for (let at = signatureBytes; at + headBytes <= png.length; ) {
    const dataEnd = at + headBytes + png.readUInt32BE(at)
    if (dataEnd > png.length) return png
    const next = dataEnd + sumBytes
    if (next > png.length) return Buffer.concat([png.subarray(0, dataEnd), sumOf(png.subarray(at + 4, dataEnd)), end])
    at = next
  }
  return png
}

function sumOf(nameAndData: Buffer): Buffer {
  const sum = Buffer.alloc(sumBytes)
  sum.writeUInt32BE(crc32(nameAndData))
  return sum
}
