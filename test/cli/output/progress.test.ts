import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Output } from '../../../src/cli/output/output.js'
import { progressDisplay, Rate } from '../../../src/cli/output/progress-display.js'
import { fractionDone, progressText } from '../../../src/cli/output/progress-text.js'
import { textWidth } from '../../../src/cli/output/table.js'

const progress = {
  phase: 'backup',
  filesDone: 1234,
  filesTotal: 4000,
  bytesDone: 2 ** 30,
  bytesTotal: 2 ** 32,
  current: '/home/me/\x1b[31mdocuments/report.txt',
}
const pace = { elapsedMs: 1000, bytesPerSecond: 2 ** 27, remainingMs: 24_000 }

describe('the line of progress', () => {
  it('tells share, bytes, files, rate, time left and the current file', () => {
    expect(progressText(progress, pace, 200)).toBe(
      'backup  25.0 %  1.00 / 4.00 GiB  1,234 / 4,000 files  128 MiB/s  24 s left  /home/me/\\x1b[31mdocuments/report.txt',
    )
  })

  it('fits into any terminal and leaves its last column free', () => {
    for (let columns = 1; columns < 140; columns++) {
      expect(textWidth(progressText(progress, pace, columns))).toBeLessThan(columns)
    }
  })

  it('has room for some of the current file on a usual terminal, and never cuts a number', () => {
    expect(progressText(progress, pace, 80)).toBe(
      '1.00 / 4.00 GiB  1,234 files  128 MiB/s  24 s left  /home/me…cuments/report.txt',
    )
    expect(progressText({ ...progress, bytesDone: 2 ** 29 }, pace, 60)).toMatch(
      /^512 MiB \/ 4.00 GiB {2}1,234 files {2}128 MiB\/s {2}24 s left/,
    )
  })

  it('leaves out what is not known', () => {
    const text = progressText(
      { phase: 'scan', filesDone: 2, bytesDone: 10 },
      { elapsedMs: 5, bytesPerSecond: 0 },
      80,
    )
    expect(text).toBe('scan  10 B  2 files')
  })

  it('is drawn at most ten times a second', () => {
    const log = Object.assign(new PassThrough(), { isTTY: true, columns: 100 })
    let drawn = 0
    log.on('data', () => drawn++)
    let now = 0
    const display = progressDisplay(
      new Output(new PassThrough(), log),
      'line',
      () => ({}),
      () => now,
    )
    for (; now < 1000; now++) display.onProgress?.({ ...progress, bytesDone: now })
    expect(drawn).toBe(10)
  })
})

describe('a status line for programs', () => {
  it('has restic’s names and comes once a second', async () => {
    const data = new PassThrough()
    const output = new Output(data, new PassThrough())
    let now = 0
    const display = progressDisplay(
      output,
      'json',
      (at) => ({ files_done: at.filesDone }),
      () => now,
    )
    for (; now < 2000; now += 50) display.onProgress?.(progress)
    await output.flush()
    const lines = String(data.read())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatchObject({ message_type: 'status', percent_done: 0.25, files_done: 1234 })
  })
})

describe('rate and share', () => {
  it('settle on the speed of late, and time left follows from it', () => {
    const rate = new Rate(0)
    let at = rate.pace({ phase: 'x', filesDone: 0, bytesDone: 0, bytesTotal: 1e6 }, 0)
    for (let second = 1; second <= 60; second++) {
      at = rate.pace({ phase: 'x', filesDone: 0, bytesDone: second * 1000, bytesTotal: 1e6 }, second * 1000)
    }
    expect(at.bytesPerSecond).toBeCloseTo(1000)
    expect(at.remainingMs).toBeCloseTo(940_000)
  })

  it('are those of all that was seen while that is little', () => {
    const rate = new Rate(0)
    const at = (bytesDone: number, ms: number) => rate.pace({ phase: 'x', filesDone: 0, bytesDone }, ms)
    at(0, 1000)
    at(2000, 2000)
    expect(at(4000, 3000).bytesPerSecond).toBeGreaterThan(1000)
  })

  it('survive a phase that counts from zero again', () => {
    const rate = new Rate(0)
    rate.pace({ phase: 'a', filesDone: 0, bytesDone: 5000 }, 1000)
    expect(rate.pace({ phase: 'b', filesDone: 0, bytesDone: 0 }, 2000).bytesPerSecond).toBeGreaterThanOrEqual(
      0,
    )
  })

  it('go by files where there are no bytes, and never beyond 1', () => {
    expect(fractionDone({ phase: 'x', filesDone: 1, filesTotal: 4, bytesDone: 0, bytesTotal: 0 })).toBe(0.25)
    expect(fractionDone({ phase: 'x', filesDone: 1, bytesDone: 9, bytesTotal: 3 })).toBe(1)
    expect(fractionDone({ phase: 'x', filesDone: 1, bytesDone: 9 })).toBeUndefined()
  })
})
