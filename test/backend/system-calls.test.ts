import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeSourceForProcesses } from './source-for-processes.js'
import { filesBelow, temporaryPlace } from './temporary-place.js'

const run = promisify(execFile)
const id = 'ab'.repeat(32)

/** Stages and publishes a pack twice under one name, then creates a snapshot; prints how each of the three ended. */
const program = `
import { randomBytes } from 'node:crypto'
import { openLocalBackend } from './backend/open-local-backend.js'
import { StagedFileWriter } from './backend/staged-file-writer.js'
const backend = await openLocalBackend(process.argv[2], { randomBytes })
const ending = (promise) => promise.then(() => 'done', (error) => error.code)
const publish = async (text) => {
  const path = await backend.openStaging('packs')
  const writer = new StagedFileWriter(path)
  writer.append(Buffer.from(text))
  writer.close()
  return ending(backend.publishStaged(path, 'packs/${id}', writer.sizeBytes))
}
const endings = [await publish('first'), await publish('again')]
endings.push(await ending(backend.create('snapshots/a', Buffer.from('snapshot'))))
console.log(JSON.stringify(endings))
`

const traceable = (): boolean => {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'pipe' })
    return true
  } catch (error) {
    console.warn(`not tested: strace cannot run here (${String(error).split('\n')[0]})`)
    return false
  }
}

describe.skipIf(!traceable())('The system calls of a local backend', () => {
  let programs: string

  beforeAll(async () => {
    programs = await mkdtemp(join(tmpdir(), 'varve-backend-programs-'))
    await writeSourceForProcesses(programs)
    await writeFile(join(programs, 'program.js'), program)
    return () => rm(programs, { recursive: true })
  })

  /** Runs the program under strace; `-y` shows the path behind every descriptor. One thread, so that calls can be counted. */
  const trace = async (root: string, ...inject: string[]) => {
    const log = join(programs, 'log')
    const traced = 'trace=write,pwrite64,fsync,fdatasync,link,linkat,rename,mkdir'
    const options = ['-f', '-y', '-qq', '-s', '80', '-o', log, '-e', traced, ...inject]
    const env = { ...process.env, UV_THREADPOOL_SIZE: '1' }
    const { stdout } = await run(
      'strace',
      [...options, process.execPath, join(programs, 'program.js'), root],
      { env },
    )
    const calls = (await readFile(log, 'utf8')).split('\n').filter((line) => line.includes(root))
    return {
      endings: JSON.parse(stdout) as string[],
      calls: joinResumed(calls).map((line) => brief(line, root)),
    }
  }

  it('make a file durable before it gets its name, and the name durable before the next object', async () => {
    const root = await temporaryPlace()
    const { endings, calls } = await trace(root)
    expect(endings).toEqual(['done', 'exists', 'done'])
    const publishing = [`write /packs/T`, `fsync /packs/T`]
    expect(calls).toEqual([
      'mkdir /packs',
      'fsync ',
      ...publishing,
      'mkdir /packs/ab',
      'fsync /packs',
      `link /packs/T /packs/ab/${id}`,
      'fsync /packs/ab',
      ...publishing,
      `link /packs/T /packs/ab/${id}`,
      'fsync /packs/ab',
      'mkdir /snapshots',
      'fsync ',
      'write /snapshots/T',
      'fsync /snapshots/T',
      'link /snapshots/T /snapshots/a',
      'fsync /snapshots',
    ])
  })

  it('give a file up after a failed fsync: no second one, no object, no temporary', async () => {
    const root = await temporaryPlace()
    const { endings, calls } = await trace(root, '-e', 'inject=fsync:error=EIO:when=2')
    expect(endings).toEqual(['backend', 'done', 'done'])
    expect(calls.slice(0, 5)).toEqual([
      'mkdir /packs',
      'fsync ',
      'write /packs/T',
      'fsync /packs/T',
      'write /packs/T',
    ])
    expect(await readFile(join(root, 'packs/ab', id), 'utf8')).toBe('again')
    expect(await filesBelow(root)).toEqual([`packs/ab/${id}`, 'snapshots/a'])
  })

  it('withdraw a name that could not be made durable', async () => {
    const root = await temporaryPlace()
    const { endings } = await trace(root, '-P', join(root, 'snapshots'), '-e', 'inject=fsync:error=EIO')
    expect(endings).toEqual(['done', 'exists', 'backend'])
    expect(await filesBelow(root)).toEqual([`packs/ab/${id}`])
  })

  it('find another way to take a name only once where hard links are unknown', async () => {
    const root = await temporaryPlace()
    const { endings } = await trace(root, '-e', 'inject=link,linkat:error=EPERM')
    expect(endings).toEqual(['done', 'exists', 'done'])
    expect(await filesBelow(root)).toEqual([`packs/ab/${id}`, 'snapshots/a'])
    expect(await readFile(join(root, 'packs/ab', id), 'utf8')).toBe('first')
  })
})

/** Completion lines of calls that another thread interrupted carry no path; the beginning is what counts here. */
const joinResumed = (lines: readonly string[]): string[] => lines.filter((line) => !line.includes('resumed>'))

/** `12 fsync(3</root/packs/.tmp-ab>) = 0` becomes `fsync /packs/T`. */
const brief = (line: string, root: string): string => {
  const name = /^\d+ +(\w+)\(/.exec(line)?.[1] ?? line
  const paths = line
    .split(root)
    .slice(1)
    .map((rest) => /^[^">]*/.exec(rest)![0].replace(/\.tmp-[0-9a-f]+(-[0-9a-f]+-\d+)?/, 'T'))
  return `${name.replace(/^p?write(64)?$/, 'write')} ${paths.join(' ')}`
}
