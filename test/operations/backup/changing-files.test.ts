import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { rm, stat, writeFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { EntryFlag, EntryType } from '../../../dist/format/entry.js'
import type { SourceProblem } from '../../../dist/operations/backup/backup-options.js'
import { Scene } from './scene.js'

const MiB = 2 ** 20

describe('between the walk and the reading', () => {
  /** Changes `a` when the first batch is on its way to a thread, and before the thread begins with it. */
  const meddled = async (
    content: string | Uint8Array,
    change: (path: string) => void,
  ): Promise<{ scene: Scene; path: string; problems: readonly SourceProblem[]; id: string | undefined }> => {
    const scene = await Scene.make()
    await scene.write('a', content)
    await scene.write('b/other', 'other')
    const path = scene.path('a')
    const report = await scene.backup(
      {},
      {
        wrap: (backend) => {
          const { openStaging } = backend
          let isFirst = true
          // Staging files are opened when the first batch is there, and a thread begins only with them.
          backend.openStaging = async (folder) => {
            if (isFirst) change(path)
            isFirst = false
            return openStaging.call(backend, folder)
          }
          return backend
        },
      },
    )
    return { scene, path, problems: report.problems, id: report.snapshotId }
  }

  it('a file that vanished is reported, and the rest is saved', async () => {
    const { scene, path, problems, id } = await meddled('content', (file) => fs.rmSync(file))
    await using _ = scene
    expect(problems).toMatchObject([{ path, reason: 'vanished' }])
    expect(await scene.paths(id)).toEqual(['b', 'b/other'])
  })

  it('a large file that vanished is reported, too', async () => {
    const { scene, path, problems, id } = await meddled(Buffer.alloc(9 * MiB, 'large'), (file) =>
      fs.rmSync(file),
    )
    await using _ = scene
    // It may have been opened before.
    if (problems.length > 0) expect(problems).toMatchObject([{ path }])
    expect(await scene.paths(id)).toContain('b/other')
  })

  it('a file that became a fifo is reported and holds nothing up', async () => {
    const { scene, path, problems } = await meddled('content', (file) => {
      fs.rmSync(file)
      execFileSync('mkfifo', [file])
    })
    await using _ = scene
    expect(problems).toMatchObject([{ path, reason: 'unreadable' }])
    expect(problems[0]!.message).toContain('fifo')
  })

  it('a file that became a link is not followed', async () => {
    const { scene, path, problems, id } = await meddled('content', (file) => {
      fs.rmSync(file)
      fs.symlinkSync('/etc/hostname', file)
    })
    await using _ = scene
    expect(problems).toMatchObject([{ path, reason: 'unreadable' }])
    expect(await scene.paths(id)).toEqual(['b', 'b/other'])
  })

  it.each([
    ['grew', Buffer.alloc(3 * MiB, 'grown')],
    ['grew beyond what is read at once', Buffer.alloc(20 * MiB, 'grown')],
    ['shrank to nothing', Buffer.alloc(0)],
  ])(
    'a file that %s is stored as it is then, with the size and times that belong to it',
    async (_title, after) => {
      const { scene, path, problems, id } = await meddled('content', (file) => fs.writeFileSync(file, after))
      await using _ = scene
      expect(problems).toEqual([])
      const { entry, content } = (await scene.read(id)).get(path.slice(1))!
      expect(content!.equals(after)).toBe(true)
      expect(BigInt(entry.mtimeSeconds) * 1_000_000_000n + BigInt(entry.mtimeNanoseconds)).toBe(
        (await stat(path, { bigint: true })).mtimeNs,
      )
      await scene.expectWhole(id)
    },
  )

  it('a file that got another mode and owner is stored with those that it has when it is read', async () => {
    const { scene, id } = await meddled('content', (file) => fs.chmodSync(file, 0o4755))
    await using _ = scene
    await scene.expectWhole(id)
  })
})

describe('while it is read', () => {
  it('a large file that never stands still is read again, stored, marked, reported, and read again next time', async () => {
    await using scene = await Scene.make()
    const path = await scene.write('a', Buffer.alloc(40 * MiB, 1))
    const fd = fs.openSync(path, 'r+')
    let turn = 0
    const report = await scene.backup({
      onProgress: () => {
        fs.writeSync(fd, Buffer.from([turn++ & 0xff]), 0, 1, 39 * MiB)
        fs.futimesSync(fd, turn, turn)
      },
    })
    fs.closeSync(fd)
    expect(report.problems).toMatchObject([{ path, reason: 'changed' }])
    const { entry, content } = (await scene.read(report.snapshotId)).get(path.slice(1))!
    expect(entry.flags & EntryFlag.changedWhileRead).toBe(EntryFlag.changedWhileRead)
    expect(content).toHaveLength(40 * MiB)
    const again = await scene.backup()
    expect(again).toMatchObject({ filesChanged: 1, problems: [] })
    await scene.expectWhole(again.snapshotId)
  })

  it('a large file that is cut short is stored as far as it was read', async () => {
    await using scene = await Scene.make()
    const content = Buffer.alloc(60 * MiB)
    for (let at = 0; at < content.length; at += 4) content.writeUInt32LE((at * 2_654_435_761) >>> 0, at)
    const path = await scene.write('a', content)
    let isCut = false
    const report = await scene.backup({
      onProgress: ({ bytesDone }) => {
        if (isCut || bytesDone < 8 * MiB) return
        fs.truncateSync(path, 30 * MiB)
        isCut = true
      },
    })
    expect(isCut).toBe(true)
    const stored = (await scene.read(report.snapshotId)).get(path.slice(1))!.content!
    expect(stored.equals(content.subarray(0, 30 * MiB))).toBe(true)
  })

  it('a directory tree that changes all the time gives snapshots that can be read whole', async () => {
    await using scene = await Scene.make()
    for (let n = 0; n < 200; n++) await scene.write(`d${n % 10}/f${n}`, `content ${n}`)
    const { Worker } = await import('node:worker_threads')
    const meddler = new Worker(
      `const fs = require('fs'); const at = ${JSON.stringify(scene.source)}
       const tries = [
         (p) => fs.writeFileSync(p, 'x'.repeat(Math.random() * 1e5)), (p) => fs.rmSync(p), (p) => fs.truncateSync(p, 7),
         (p) => fs.renameSync(p, p + 'r'), (p) => { fs.rmSync(p); fs.mkdirSync(p) }, (p) => fs.rmdirSync(p),
         (p) => fs.symlinkSync('/etc', p), (p) => fs.chmodSync(p, Math.random() * 0o777),
       ]
       for (;;) {
         const n = Math.floor(Math.random() * 200)
         try { tries[Math.floor(Math.random() * tries.length)](at + '/d' + (n % 10) + '/f' + n) } catch {}
       }`,
      { eval: true },
    )
    try {
      for (let round = 0; round < 4; round++) {
        const report = await scene.backup()
        for (const { entry, content } of (await scene.read(report.snapshotId)).values())
          if (entry.type === EntryType.file) expect(content).toBeDefined()
      }
    } finally {
      await meddler.terminate()
    }
    await scene.expectWhole((await scene.backup()).snapshotId)
  })
})

describe('what the caller does in its callbacks', () => {
  it.each(['onEntry', 'onProblem', 'onProgress'] as const)(
    'an error thrown by %s ends the backup with it',
    async (name) => {
      await using scene = await Scene.make()
      for (let n = 0; n < 600; n++) await scene.write(`f${n}`, `${n}`)
      await scene.write('large', Buffer.alloc(9 * MiB, 'large'))
      const paths = [scene.source, scene.path('gone')]
      const callback = () => {
        throw new Error('thrown by the caller')
      }
      await expect(scene.backup({ paths, [name]: callback })).rejects.toThrow('thrown by the caller')
      await rm(scene.path('large'))
      await writeFile(scene.path('f0'), 'other')
      await scene.expectWhole((await scene.backup()).snapshotId)
    },
  )
})
