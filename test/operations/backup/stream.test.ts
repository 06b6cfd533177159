import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as after } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { FaultPlan } from '../../../dist/backend/fault-plan.js'
import { FaultyBackend } from '../../../dist/backend/faulty-backend.js'
import { Scene } from './scene.js'

async function* inPieces(content: Buffer, sizes: () => number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; ) {
    const size = Math.max(1, sizes())
    yield content.subarray(at, at + size)
    at += size
  }
}

const stored = async (scene: Scene, stream: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const report = await scene.backup({ paths: [], stdin: { stream, filename: 'file' } })
  const entries = await scene.read(report.snapshotId)
  expect([...entries.keys()]).toEqual(['file'])
  expect(report).toMatchObject({ filesNew: 1, totalBytesProcessed: entries.get('file')!.content!.length })
  return entries.get('file')!.content!
}

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe('a stream', () => {
  it('becomes one file, whatever sizes it comes in', async () => {
    await using scene = await Scene.make()
    const content = Buffer.concat([
      randomBytes(9 * 2 ** 20),
      Buffer.alloc(20 * 2 ** 20),
      randomBytes(9 * 2 ** 20 + 1),
    ])
    const ids = new Set<string>()
    for (const size of [65_536, 1_000_003, 8 * 2 ** 20, 8 * 2 ** 20 + 1, 2 ** 30]) {
      expect(
        hash(
          await stored(
            scene,
            inPieces(content, () => size),
          ),
        ),
      ).toBe(hash(content))
      ids.add(((await scene.snapshots()).at(-1)!.root.id as Uint8Array).toString())
    }
    const odd = inPieces(content, () => Math.floor(Math.random() * 300_000))
    expect(hash(await stored(scene, odd))).toBe(hash(content))
    expect(await scene.storedBytes()).toBeLessThan(19 * 2 ** 20)
  })

  it('may be empty, one byte, or come in empty pieces', async () => {
    await using scene = await Scene.make()
    expect(
      await stored(
        scene,
        inPieces(Buffer.alloc(0), () => 1),
      ),
    ).toHaveLength(0)
    expect(await stored(scene, Readable.from([Buffer.from('x'), Buffer.alloc(0)]))).toEqual(Buffer.from('x'))
    const spans = Buffer.alloc(16 * 2 ** 20, 'ab')
    expect(
      (
        await stored(
          scene,
          inPieces(spans, () => 8 * 2 ** 20),
        )
      ).equals(spans),
    ).toBe(true)
  })

  it('that fails makes no snapshot, and the failure is the error', async () => {
    await using scene = await Scene.make()
    const failing = async function* () {
      yield randomBytes(9 * 2 ** 20)
      throw new Error('the command failed')
    }
    await expect(stored(scene, failing())).rejects.toThrow('the command failed')
    expect(await scene.objects('snapshots')).toEqual([])
    expect(await scene.objects('pending')).toEqual([])
  })

  it('that stalls is left when the signal comes', async () => {
    await using scene = await Scene.make()
    const stalled = async function* () {
      yield Buffer.from('begun')
      await new Promise(() => {})
    }
    const stop = new AbortController()
    const running = scene.backup({
      paths: [],
      stdin: { stream: stalled(), filename: 'file' },
      signal: stop.signal,
    })
    await Promise.all([
      after(300).then(() => stop.abort()),
      expect(running).rejects.toMatchObject({ code: 'interrupted' }),
    ])
  })

  it('needs a name that can stand in a directory', async () => {
    await using scene = await Scene.make()
    for (const filename of ['', 'a/b', '..', '.'])
      await expect(
        scene.backup({ paths: [], stdin: { stream: Readable.from([]), filename } }),
      ).rejects.toMatchObject({
        code: 'invalid-argument',
      })
  })

  it('is whole although its pending record was revoked before the snapshot was acknowledged', async () => {
    await using scene = await Scene.make()
    const content = randomBytes(3 * 2 ** 20)
    let revoked = 0
    const wrap = (plan: FaultPlan) => (backend: ConstructorParameters<typeof FaultyBackend>[0]) => {
      const { create } = backend
      backend.create = async (name, data) => {
        await create.call(backend, name, data)
        if (!name.startsWith('snapshots/') || revoked++ > 0) return
        for await (const pending of backend.list('pending')) await backend.remove(pending.name)
      }
      return new FaultyBackend(backend, plan)
    }
    const stream = inPieces(content, () => 100_000)
    const report = await scene.backup(
      { paths: [], stdin: { stream, filename: 'file' } },
      { wrap: wrap(() => undefined) },
    )
    expect(revoked).toBe(2)
    expect(await scene.objects('snapshots')).toHaveLength(1)
    expect((await scene.read(report.snapshotId)).get('file')!.content!.equals(content)).toBe(true)
  })
})
