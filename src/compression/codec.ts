import { createRequire } from 'node:module'
import * as zlib from 'node:zlib'
import { VarveError } from '../errors.js'

/**
 * Zstandard (RFC 8878) on memory that the caller owns. One codec belongs to one thread: it keeps one compression context
 * for all its frames, since a new context for each costs 58 to 241 µs.
 */
export interface Codec {
  /** Writes one frame with its content size; returns its length, or 0 where it would not fit into `target`. */
  compress(source: Uint8Array, target: Uint8Array): number
  /**
   * Opens a frame whose content is exactly `target.length` bytes. Anything else throws: a frame that claims or holds
   * more can never write beyond `target`.
   */
  decompress(source: Uint8Array, target: Uint8Array): void
  /**
   * Opens only the first `target.length` bytes of a frame, in about that part of the time: zstd works in steps of 128 KiB.
   * Absent where the codec cannot.
   */
  readonly decompressStart?: (source: Uint8Array, target: Uint8Array) => void
}

/** zstd levels behind the names of `--compression`; 0 means that blocks are stored as they are. */
export const compressionLevels = { off: 0, fast: 1, default: 3, max: 19 } as const

/** A name or a number from 0 to 22. Throws `invalid-argument`. */
export const compressionLevel = (choice: keyof typeof compressionLevels | number): number => {
  const level = typeof choice === 'number' ? choice : compressionLevels[choice]
  if (!Number.isInteger(level) || level < 0 || level > 22)
    throw new VarveError('invalid-argument', `compression "${choice}" is not known`, {
      hint: 'Use off, fast, default, max or a level from 1 to 22.',
    })
  return level
}

const require = createRequire(import.meta.url)

/** The codec of this machine: the zstd-napi addon where it is installed, else Node's own zstd. Throws `native-missing`. */
export const openCodec = (level: number): Codec => {
  const codec = addonCodec(level) ?? builtInCodec(level)
  if (codec !== undefined) return codec
  throw new VarveError('native-missing', 'this Node has no zstd, and the zstd-napi addon is not installed', {
    hint: 'Use Node 22.15 or later, or let npm run install scripts and install varve again.',
  })
}

interface Addon {
  CCtx: new () => {
    setParameter(parameter: number, value: number): void
    compress2(target: Uint8Array, source: Uint8Array): number
  }
  DCtx: new () => {
    decompress(target: Uint8Array, source: Uint8Array): number
    decompressStream(
      target: Uint8Array,
      source: Uint8Array,
    ): [bytesLeft: number, produced: number, consumed: number]
    reset(directive: number): void
  }
  CParameter: { compressionLevel: number }
  ResetDirective: { sessionOnly: number }
}

const addonCodec = (level: number): Codec | undefined => {
  let addon: Addon
  try {
    addon = require('zstd-napi/binding') as Addon
  } catch {
    return undefined
  }
  const compressor = new addon.CCtx()
  compressor.setParameter(addon.CParameter.compressionLevel, Math.max(level, 1))
  const decompressor = new addon.DCtx()
  /** Has buffers of its own, which are made when it is first used. */
  const starter = new addon.DCtx()
  return {
    compress(source, target) {
      try {
        return compressor.compress2(target, source)
      } catch (error) {
        if (/too small/i.test(String(error))) return 0
        throw error
      }
    },
    decompress(source, target) {
      const length = decompressor.decompress(target, source)
      if (length !== target.length) throw new Error('zstd frame is shorter than it must be')
    },
    decompressStart(source, target) {
      try {
        for (let from = 0, filled = 0; filled < target.length; ) {
          const [, produced, consumed] = starter.decompressStream(
            target.subarray(filled),
            source.subarray(from),
          )
          if (produced + consumed === 0) throw new Error('zstd frame is shorter than it must be')
          filled += produced
          from += consumed
        }
      } finally {
        starter.reset(addon.ResetDirective.sessionOnly)
      }
    },
  }
}

interface BuiltInZstd {
  zstdCompressSync?: (source: Uint8Array, options: object) => Buffer
  zstdDecompressSync: (source: Uint8Array, options: object) => Buffer
  constants: { ZSTD_c_compressionLevel: number }
}

/** Node 22.15 and later. Slower than the addon, since every call makes a context and a buffer. */
const builtInCodec = (level: number): Codec | undefined => {
  const { zstdCompressSync, zstdDecompressSync, constants } = zlib as unknown as BuiltInZstd
  if (zstdCompressSync === undefined) return undefined
  const params = { [constants.ZSTD_c_compressionLevel]: Math.max(level, 1) }
  return {
    compress(source, target) {
      const frame = zstdCompressSync(source, { params, pledgedSrcSize: source.length })
      if (frame.length > target.length) return 0
      target.set(frame)
      return frame.length
    },
    decompress(source, target) {
      const content = zstdDecompressSync(source, { maxOutputLength: Math.max(target.length, 1) })
      if (content.length !== target.length) throw new Error('zstd frame is shorter than it must be')
      target.set(content)
    },
  }
}
