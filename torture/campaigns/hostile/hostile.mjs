import { fork } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const secondsMax = 2
const peakMiBMax = 300
/** For a case that waits for ever, on a machine that does many other things too; the process is ended then. */
const patienceMs = 300_000
const processesMax = 2
/** They start many processes. */
const slowFamilies = ['files', 'inputs', 'terminals']

const here = fileURLToPath(new URL('.', import.meta.url))

/** The families are the files of `families/`; every function that one exports is a case. */
const casesOf = async () => {
  const cases = []
  for (const file of readdirSync(`${here}families`).sort()) {
    const family = `families/${file.replace(/\.mjs$/, '')}`
    for (const name of Object.keys(await import(new URL(`${family}.mjs`, import.meta.url).href)))
      cases.push({ family, name })
  }
  return cases
}

/**
 * Every hostile case once, as far as the time goes: each must end within 2 s of CPU time and 300 MiB, with an error that says
 * what is wrong or without harm. Those that need no command line come first. `only`: a part of the cases' names; `timed`: false
 * where other work on the machine would decide (what does not end within minutes fails all the same).
 */
export const run = async ({ seed = 1, seconds = 3600, log = () => {}, only = '', timed = true }) => {
  const endMs = Date.now() + 1000 * seconds
  const waiting = new Map()
  let tried = 0
  let known = 0
  for (const { family, name } of await casesOf()) {
    if (!`${family}/${name}`.includes(only)) continue
    waiting.set(family, [...(waiting.get(family) ?? []), name])
    known++
  }
  const failures = []
  const slowest = { seconds: 0, name: '' }
  const largest = { peakMiB: 0, name: '' }
  const onResult = (family, result) => {
    const { name, seconds: took, peakMiB, complaints } = result
    tried++
    const said = [...complaints]
    if (timed && took > secondsMax) said.push(`took ${took.toFixed(1)} s`)
    if (peakMiB > peakMiBMax) said.push(`took ${Math.round(peakMiB)} MiB`)
    if (took > slowest.seconds) Object.assign(slowest, { seconds: took, name })
    if (peakMiB > largest.peakMiB) Object.assign(largest, { peakMiB, name })
    for (const complaint of said) {
      const story = `${family.replace('families/', '')}/${name}: ${complaint}`
      failures.push({ seed, story })
      log(story)
    }
  }
  const isSlow = ([family]) => slowFamilies.some((slow) => family.endsWith(slow))
  const families = [...waiting].sort((a, b) => isSlow(a) - isSlow(b))
  const workers = Array.from({ length: processesMax }, async () => {
    for (let next = families.shift(); next !== undefined; next = families.shift())
      await performFamily(...next, endMs, onResult)
  })
  await Promise.all(workers)
  const notes = `${known} cases, slowest ${slowest.name} ${slowest.seconds.toFixed(2)} s, largest ${largest.name} ${Math.round(largest.peakMiB)} MiB`
  return { campaign: 'hostile', tried, failures, notes }
}

const isOver = ({ seconds, peakMiB }) => seconds > secondsMax || peakMiB > peakMiBMax

const performFamily = async (family, names, endMs, onResult) => {
  let left = names
  while (left.length > 0 && Date.now() < endMs) {
    const results = await performInProcess(family, left, endMs)
    for (const result of results) onResult(family, isOver(result) ? await again(family, result) : result)
    const done = new Set(results.map(({ name }) => name))
    left = left.filter((name) => !done.has(name))
  }
}

/** In a process of its own: what the cases before it took, and a busy machine, count for nothing. */
const again = async (family, first) => {
  const [second] = await performInProcess(family, [first.name], Number.POSITIVE_INFINITY)
  return {
    name: first.name,
    seconds: Math.min(first.seconds, second.seconds),
    peakMiB: Math.min(first.peakMiB, second.peakMiB),
    complaints: [...first.complaints, ...second.complaints],
  }
}

/** @returns a result for each of the names that were tried */
const performInProcess = (family, names, endMs) =>
  new Promise((resolve) => {
    const child = fork(`${here}case-process.mjs`, [family, String(endMs), ...names], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const results = []
    let current = names[0]
    let timer
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
    }
    wait()
    child.on('message', (message) => {
      wait()
      current = message.begins
      if (current === undefined) results.push(message)
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const complaints = [`the process ended with ${signal ?? code}`]
      if (current !== undefined) results.push({ name: current, seconds: 0, peakMiB: 0, complaints })
      resolve(results)
    })
  })
