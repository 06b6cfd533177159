import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { load } from '../../../bench/machine/dist.mjs'
import { inProcess } from '../../inline/in-process.mjs'
import { newFolder, removeFolder } from '../../trees/work-place.mjs'

const roles = ['backup', 'backup', 'restore', 'check']
const processUrl = new URL('soak-process.mjs', import.meta.url)
/** A leak of so much in every run would show within minutes; what a heap does by itself stays below. */
const growthMaxMiB = 60
const filesGrowthMax = 4
const tellEveryMs = 60_000
/** For the restores at the end: a part of the time, and enough for all after a short one. */
const lastShare = 0.1
const lastMsMin = 120_000

/** Several processes that back up, restore and check in one repository without pause; none may grow, and nothing may be lost. */
export const run = async ({ seed = 1, seconds = 60, log = () => {} }) => {
  const folder = newFolder('soak')
  const failures = []
  try {
    await makeRepository(folder)
    const endMs = Date.now() + 1000 * seconds
    const series = roles.map(() => [])
    const soak = async (role, number, until = { endMs }) => {
      const task = { role, number, folder, seed, ...until }
      const ended = await inProcess(processUrl, task, (message) => {
        if (message.error === undefined) series[number].push(message)
        else failures.push({ seed, story: message.error })
      })
      if (ended !== 0) failures.push({ seed, story: `${role} ${number} ended with ${ended}` })
    }
    const telling = setInterval(() => log(noteOf(series)), tellEveryMs)
    await Promise.all(roles.map((role, number) => soak(role, number)))
    clearInterval(telling)
    roles.forEach((role, number) => {
      for (const story of growth(series[number])) failures.push({ seed, story: `${role} ${number} ${story}` })
    })
    const last = []
    series.push(last)
    const restoreUntilMs = Date.now() + Math.max(lastMsMin, lastShare * 1000 * seconds)
    await soak('everything', roles.length, { endMs: 0, restoreUntilMs })
    for (const { story } of failures) log(story)
    const tried = series.reduce((sum, { length }) => sum + length, 0)
    const snapshots = readdirSync(join(folder, 'acknowledged')).length
    const restores = last[0]?.restores ?? 0
    const notes = `${snapshots} snapshots, ${restores} of them restored at the end; ${noteOf(series)}`
    return { campaign: 'soak', tried, failures, notes }
  } finally {
    removeFolder(folder)
  }
}

const makeRepository = async (folder) => {
  const { Repository } = await load('index.js')
  const { repository } = await Repository.init({
    location: join(folder, 'repository'),
    secret: { kind: 'key-file', key: Buffer.alloc(32, 9) },
    noCache: true,
  })
  await repository[Symbol.asyncDispose]()
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]

/** The middle third beside the last: what a process takes at first is its warming up. */
const thirds = (series, name) => {
  const third = Math.floor(series.length / 3)
  const values = series.map((entry) => entry[name])
  return [median(values.slice(third, 2 * third)), median(values.slice(-third))]
}

function* growth(series) {
  if (series.length < 12) return
  const [rssBefore, rssAfter] = thirds(series, 'rssMiB')
  if (rssAfter - rssBefore > growthMaxMiB)
    yield `grows: ${Math.round(rssBefore)} MiB, then ${Math.round(rssAfter)} MiB`
  const [filesBefore, filesAfter] = thirds(series, 'files')
  if (filesAfter - filesBefore > filesGrowthMax) yield `keeps files open: ${filesBefore}, then ${filesAfter}`
}

const noteOf = (series) =>
  roles
    .map((role, number) => {
      if (series[number].length < 12) return `${role} ${series[number].length} times`
      const rss = thirds(series[number], 'rssMiB').map(Math.round).join(' → ')
      return `${role} ${series[number].length} times, ${rss} MiB, ${thirds(series[number], 'files').join(' → ')} files`
    })
    .join('; ')
