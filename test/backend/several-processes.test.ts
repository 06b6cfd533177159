import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeSourceForProcesses } from './source-for-processes.js'
import { filesBelow, freshHex, localBackend, temporaryPlace } from './temporary-place.js'

const run = promisify(execFile)

/** Tries to create the same 100 names in the same order as its rivals; prints which it won. */
const rival = `
import { randomBytes } from 'node:crypto'
import { openLocalBackend } from './backend/open-local-backend.js'
const [root, label] = process.argv.slice(2)
const backend = await openLocalBackend(root, { randomBytes })
const won = []
for (let n = 0; n < 100; n++) {
  try {
    await backend.create('keyring/' + n, Buffer.from(label))
    won.push(n)
  } catch (error) {
    if (error.code !== 'exists') throw error
  }
}
console.log(JSON.stringify(won))
`

/** Stages a file, writes to it and dies. */
const victim = `
import { randomBytes } from 'node:crypto'
import { openLocalBackend } from './backend/open-local-backend.js'
import { StagedFileWriter } from './backend/staged-file-writer.js'
const backend = await openLocalBackend(process.argv[2], { randomBytes })
new StagedFileWriter(await backend.openStaging('packs')).append(Buffer.alloc(100000))
process.kill(process.pid, 'SIGKILL')
`

describe('Several processes', () => {
  let programs: string

  beforeAll(async () => {
    programs = await mkdtemp(join(tmpdir(), 'varve-backend-programs-'))
    await writeSourceForProcesses(programs)
    await writeFile(join(programs, 'rival.js'), rival)
    await writeFile(join(programs, 'victim.js'), victim)
    return () => rm(programs, { recursive: true })
  })

  it('that create the same names: for each name exactly one wins, and its bytes are there', async () => {
    const root = await temporaryPlace()
    const labels = ['a', 'b', 'c']
    const outputs = await Promise.all(
      labels.map((label) => run(process.execPath, [join(programs, 'rival.js'), root, label])),
    )
    const won = outputs.map(({ stdout }) => JSON.parse(stdout) as number[])
    expect(won.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n))
    const backend = await localBackend(root)
    for (const [index, names] of won.entries()) {
      for (const n of names) expect((await backend.read(`keyring/${n}`)).toString()).toBe(labels[index])
    }
    expect((await filesBelow(root)).length).toBe(100)
  })

  it('of which one dies: what it staged is not listed, and is cleared away as soon as it has ended', async () => {
    const root = await temporaryPlace()
    await expect(run(process.execPath, [join(programs, 'victim.js'), root])).rejects.toMatchObject({
      signal: 'SIGKILL',
    })
    const [torn] = await readdir(join(root, 'packs'))
    expect(torn).toMatch(/^\.tmp-/)
    const backend = await localBackend(root)
    await backend.create(`packs/${freshHex()}`, Buffer.from('x'))
    expect(await backend.clearAbandonedTemporaries(3_600_000, Date.now())).toBe(1)
    expect((await filesBelow(root)).length).toBe(1)
  })
})
