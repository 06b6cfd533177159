import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openCodec } from '../../src/compression/codec.js'

const contentBytes = 512 * 1024
/** Half noise, half text: parts that zstd stores and parts that it packs. */
const content = Buffer.concat([randomBytes(contentBytes / 2), Buffer.alloc(contentBytes / 2, 'some text, ')])

const compressed = (): Buffer => {
  const target = Buffer.alloc(content.length + 1024)
  return target.subarray(0, openCodec(3).compress(content, target))
}

const codec = openCodec(3)
describe.skipIf(codec.decompressStart === undefined)('the start of a frame', () => {
  const start = codec.decompressStart ?? (() => {})

  it.each([1, 1000, 131_072, 131_073, 300_000, contentBytes])(
    'is the first %i bytes of the content, and nothing is written behind them',
    (length) => {
      const around = Buffer.alloc(contentBytes + 100, 0xaa)
      start(compressed(), around.subarray(50, 50 + length))
      expect(around.subarray(50, 50 + length).equals(content.subarray(0, length))).toBe(true)
      expect(around.subarray(0, 50).every((byte) => byte === 0xaa)).toBe(true)
      expect(around.subarray(50 + length).every((byte) => byte === 0xaa)).toBe(true)
    },
  )

  it('is refused where the frame is damaged, cut off or too short, and the next frame opens as if nothing had been', () => {
    const frame = compressed()
    const into = Buffer.alloc(contentBytes)
    for (const broken of [frame.subarray(0, 1000), Buffer.alloc(0), randomBytes(1000)])
      expect(() => start(broken, into)).toThrow()
    expect(() => start(frame, Buffer.alloc(contentBytes + 1))).toThrow()
    start(frame, into.subarray(0, 5000))
    start(frame, into)
    expect(into.equals(content)).toBe(true)
    codec.decompress(frame, into.fill(0))
    expect(into.equals(content)).toBe(true)
  })
})
