import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import type { ByteString } from '../../../dist/bytes/byte-string.js'
import { LookupState } from '../../../dist/chunk-index/lookup-state.js'
import { ChunkKind } from '../../../dist/format/ids.js'
import { packBlocksMax } from '../../../dist/format/limits.js'
import { PackBuilder } from '../../../dist/pack/pack-builder.js'
import { groupPartials } from '../../../dist/repository/group-partials.js'
import type { Store } from '../../../dist/repository/store.js'
import type { ResultOf, StoreFilesJob } from '../../../dist/workers/jobs.js'
import { openCore, type StoreCore } from '../../../dist/workers/store-core.js'
import { Scene } from './scene.js'

const MiB = 2 ** 20
const { readSync } = fs
afterEach(() => {
  fs.readSync = readSync
})

/** What a thread of a backup does, in the test's own thread. */
const coreOf = async (store: Store, thread = 0): Promise<StoreCore> => {
  const engine = {
    seals: store.seals.material,
    idKey: store.keys.keyring.idKey,
    chunkerKey: store.keys.keyring.chunkerKey,
    chunking: store.keys.chunking,
    writerSlot: store.keys.slot.id,
    compressionLevel: 1,
    packTargetBytes: 32 * MiB,
    dryRun: false,
  }
  const core = openCore({ engine, lookup: new LookupState(store.index.local, 64 * 1024).config() }, thread)
  const paths = await Promise.all(Array.from({ length: 40 }, () => store.backend.openStaging('packs')))
  core.run({ kind: 'staging', paths }, () => {})
  return core
}

const jobOf = (path: string): StoreFilesJob => ({
  kind: 'store-files',
  paths: [path as ByteString],
  owners: Uint32Array.of(0),
  readXattrs: false,
  filesOpen: 1,
})

/** Calls `change` after each reading call, before the file is looked at again. */
const afterEachRead = (change: () => void): void => {
  fs.readSync = ((...args: Parameters<typeof fs.readSync>) => {
    const got = readSync(...args)
    change()
    return got
  }) as typeof fs.readSync
}

describe('a small file that changes while it is read', () => {
  const stored = async (change: (path: string) => void, sizeBytes = 4 * MiB) => {
    const scene = await Scene.make()
    const path = await scene.write('busy', randomBytes(sizeBytes))
    const store = await scene.open()
    const core = await coreOf(store)
    afterEachRead(() => change(path))
    const job = jobOf(path)
    const result = core.run(job, () => {}) as ResultOf['store-files']
    fs.readSync = readSync
    const after = fs.statSync(path, { bigint: true })
    core.close()
    await store[Symbol.asyncDispose]()
    await scene[Symbol.asyncDispose]()
    return { ...result, after }
  }

  it('is read again, and counts as whole once nothing changes between two looks', async () => {
    let turns = 0
    const { files, outcome, after } = await stored((path) => {
      if (turns++ === 0) fs.appendFileSync(path, 'more')
    })
    expect(files.notes).toEqual([])
    expect(files.sizes[0]).toBe(4 * MiB + 4)
    expect(files.times[0]).toBe(after.mtimeNs)
    expect(outcome.bytesRead).toBe(4 * MiB + 4)
  })

  it('is stored and marked where it never stands still, with the times and the size of what was read', async () => {
    let turns = 0
    const { files } = await stored((path) => fs.utimesSync(path, 1, ++turns))
    expect(files.notes).toMatchObject([{ index: 0, status: 'changed' }])
    expect(files.sizes[0]).toBe(4 * MiB)
    // The last attempt began with the time that the one before it had left.
    expect(files.times[0]).toBe(BigInt(turns - 1) * 1_000_000_000n)
  })

  it('has the length that was read where it is cut short each time', async () => {
    let left = 4 * MiB
    const { files } = await stored((path) => {
      left = Math.max(0, left - MiB)
      fs.truncateSync(path, left)
    })
    expect(files.notes).toMatchObject([{ status: 'changed' }])
    expect(files.sizes[0]).toBeLessThan(4 * MiB)
  })

  it('is given back where it has grown too large to be read whole', async () => {
    const { files } = await stored((path) => fs.truncateSync(path, 9 * MiB), 7 * MiB)
    expect(files.notes).toMatchObject([{ index: 0, status: 'grown' }])
  })
})

describe('a file that the disk does not give', () => {
  it('fails alone, small or large: a failure of the source is no failure of the store', async () => {
    await using scene = await Scene.make()
    await scene.write('small', randomBytes(1000))
    await using store = await scene.open()
    const core = await coreOf(store)
    const failing = (): never => {
      throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO', syscall: 'read' })
    }
    fs.readSync = failing as typeof fs.readSync
    const job = jobOf(scene.path('small'))
    const result = core.run(job, () => {}) as ResultOf['store-files']
    expect(result.files.notes).toMatchObject([{ status: 'unreadable', message: 'EIO: i/o error, read' }])
    const fd = fs.openSync(scene.path('small'), 'r')
    const source = { fd, sizeBytes: 1000, allocatedBytes: 4096 }
    expect(() =>
      core.run({ kind: 'store-span', source, owner: 0, offset: 0, inZeroRun: false }, () => {}),
    ).toThrow(expect.objectContaining({ code: 'source' }))
    fs.closeSync(fd)
    core.close()
  })
})

describe('unfilled packs of several threads', () => {
  /** So many tiny blocks: one for each change of the owner. */
  const storeBlocks = (core: StoreCore, thread: number, count: number): void => {
    for (let n = 0; n < count; n++) {
      const bytes = Buffer.from(`${thread} ${n}`)
      const ids = createHash('sha256').update(bytes).digest()
      const lengths = Uint32Array.of(bytes.length)
      core.run(
        { kind: 'store-chunks', chunkKind: ChunkKind.data, owner: n % 6, bytes, lengths, ids },
        () => {},
      )
    }
  }

  it('are joined into packs of no more blocks than a pack may have', { timeout: 120_000 }, async () => {
    await using scene = await Scene.make()
    await using store = await scene.open()
    const cores = [await coreOf(store, 0), await coreOf(store, 1), await coreOf(store, 2)]
    for (const [thread, core] of cores.entries()) storeBlocks(core, thread, 2500)
    const partials = cores.slice(1).flatMap((core) => {
      return [...(core.run({ kind: 'surrender' }, () => {}) as ResultOf['surrender']).outcome.partials]
    })
    expect(partials.map(({ directory }) => directory.blockSizes.length)).toEqual([2500, 2500])
    const groups = groupPartials(partials, 32 * MiB)
    expect(groups).toHaveLength(2)
    const packs = groups.flatMap((group) => {
      const { outcome } = cores[0]!.run({ kind: 'finish', partials: group }, () => {}) as ResultOf['finish']
      return [...outcome.packs]
    })
    const blocks = packs.map(({ directory }) => directory.blockSizes.length)
    expect(Math.max(...blocks)).toBeLessThanOrEqual(packBlocksMax)
    expect(blocks.reduce((sum, count) => sum + count, 0)).toBe(7500)
    for (const core of cores) core.close()
  })

  it('are joined into packs of about the size that is wanted', () => {
    const partial = (kind: ChunkKind, size: number) => ({
      stagedPath: `${kind} ${size}`,
      directory: { kind, blockSizes: Uint32Array.of(size), chunkSizes: Uint32Array.of(size) },
    })
    const sizes = [30, 30, 50, 120, 10].map((size) => partial(ChunkKind.data, size))
    const trees = [60, 60].map((size) => partial(ChunkKind.tree, size))
    const groups = groupPartials([...sizes, ...trees] as never, 100)
    expect(groups.map((group) => group.map(({ stagedPath }) => stagedPath))).toEqual([
      ['1 30', '1 30', '3 60'],
      ['1 50', '3 60'],
      ['1 120'],
      ['1 10'],
    ])
  })

  it('are not joined beyond the chunks that memory is meant for', () => {
    const partial = (chunks: number) => ({
      stagedPath: String(chunks),
      directory: {
        kind: ChunkKind.data,
        blockSizes: Uint32Array.of(1),
        chunkSizes: new Uint32Array(chunks),
      },
    })
    const groups = groupPartials([partial(40_000), partial(25_536), partial(1)] as never, 100)
    expect(groups.map((group) => group.map(({ stagedPath }) => stagedPath))).toEqual([
      ['40000', '25536'],
      ['1'],
    ])
  })

  it('are full at 65,536 chunks, however little these take', async () => {
    await using scene = await Scene.make()
    await using store = await scene.open()
    const path = await store.backend.openStaging('packs')
    const pack = new PackBuilder(store.seals, ChunkKind.data, store.keys.slot.id, path)
    const block = (count: number) =>
      pack.appendBlock(Buffer.alloc(10), Buffer.alloc(16), Array(count).fill(1), Buffer.alloc(32 * count))
    block(65_535)
    expect(pack.isFull).toBe(false)
    block(1)
    expect(pack.isFull).toBe(true)
    pack.surrender()
  })
})
